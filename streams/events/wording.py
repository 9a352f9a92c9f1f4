"""What the decoder found wrong with a property, in our words; asked only of an event that is refused."""

import re
from typing import Final

_WRONG_TYPE: Final = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`(?: - at `\$(?P<at>[^`]*)`)?")
_OUT_OF_RANGE: Final = re.compile(r"[^`]*out of range(?: - at `\$(?P<at>[^`]*)`)?")
_WORDS: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def worded(told: str) -> str:
    """``amount: a number is wanted, not text``; what we have no words for is left as it was told."""
    if found := _WRONG_TYPE.fullmatch(told):
        wanted = [one for one in found["wanted"].split(" | ") if one != "null"]
        if not {*wanted, found["found"]} <= _WORDS.keys():
            return told
        if "float" in wanted:
            wanted = [one for one in wanted if one != "int"]
        return _at(found["at"]) + f"{_either([_WORDS[one] for one in wanted])} is wanted, not {_got(found)}"
    if found := _OUT_OF_RANGE.fullmatch(told):
        return _at(found["at"]) + "a number out of range"
    return told


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _got(found: re.Match[str]) -> str:
    """Where whole numbers are wanted, one that is not whole is told as that."""
    fraction = found["found"] == "float" and "int" in found["wanted"]
    return "a fraction" if fraction else _WORDS[found["found"]]


def _at(path: str | None) -> str:
    name = (path or "").removeprefix(".")
    return f"{name}: " if name else ""
