"""The mark before a file's first line."""

from services.byte_order_mark import without_mark

MARK = b"\xef\xbb\xbf"


def test_it_is_taken_from_the_first_line_only_and_once() -> None:
    assert list(without_mark([MARK + MARK + b"a\n", MARK + b"b\n"])) == [MARK + b"a\n", MARK + b"b\n"]
    assert list(without_mark([])) == []
