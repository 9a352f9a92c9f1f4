"""Where cells, records and positions are kept: the port and what stands behind it."""
