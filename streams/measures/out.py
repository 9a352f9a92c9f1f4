"""What events come to, of one series: cell -> delta.

The cell of a bucket is the bucket's number; where it is split, into ``width`` segments, each has a cell of its own:

    bucket    0  1  2              width 3    0: 0 1 2    1: 3 4 5    2: 6 7 8
    cell      0  1  2                            `- segments 0, 1 and 2 of bucket 0
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

Out = dict[int, int]


def tally(out: Out, cells: NDArray[np.int64], sign: int) -> None:
    """Adds ``sign`` to ``out`` for each cell, as often as it is there."""
    for cell, number in Counter(cells.tolist()).items():
        out[cell] = out.get(cell, 0) + sign * number


def merge(out: Out, more: Out) -> None:
    """Adds ``more`` to ``out``."""
    for cell, delta in more.items():
        out[cell] = out.get(cell, 0) + delta


def in_segment(out: Out, segment: int, width: int) -> Out:
    """What has buckets for cells, as that of a segment."""
    return out if width == 1 else {bucket * width + segment: delta for bucket, delta in out.items()}
