"""``python -m tests.pictures`` (``make pictures``) writes ``docs/pictures``: the board over the demo's real orders."""

from tests.pictures.making import write

if __name__ == "__main__":
    for file in write():
        print(file)  # noqa: T201 its output
