"""A definition, and where in its file each of its parts stands."""

from typing import NamedTuple

from schemas.definition.faults import Place
from schemas.definition.model import Definition


class Placed(NamedTuple):
    """``places`` holds every key and list item of the file by its path, such as ``north_star.inputs[0]``."""

    definition: Definition
    places: dict[str, Place]

    def at(self, *paths: str) -> Place:
        """Of the first of these paths that is in the file, else the file's first line."""
        return first_place(self.places, paths)


def first_place(places: dict[str, Place], paths: tuple[str, ...]) -> Place:
    """Of the first path that has one; the last path stands for it where none has."""
    return next((places[path] for path in paths if path in places), Place(paths[-1], 1))
