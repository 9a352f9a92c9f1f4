"""Which version of this project runs: the one in pyproject.toml, which is not in the image."""

from typing import Final

VERSION: Final = "0.1.0"
