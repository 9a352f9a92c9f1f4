"""Restatements: what comes for a day when its partition has gone past it, and what that adds to periods that were over.

behind      which events those are
rounds      in which order they are folded, so that what each adds is known
filing      what they add where entities are remembered
settling    and where entities are remembered for a dimension
additives   and where nobody is
added       as cells beside the cells
counting    how many there are, of each measure and unit of time
restated    a batch folded, with all of that
late        the late cells, read back
at_first    what a period came to when it was first over
"""
