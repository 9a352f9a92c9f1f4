"""Restatements: what comes for a day when its partition has gone past it, and what that adds to periods that were over.

behind      which events those are, and where a batch is cut so that they can be told apart
counting    how many there are, of each measure and unit of time
restated    a batch folded stretch by stretch, with what was added late beside the cells
late        that read back: what a period came to when it was first over
"""
