"""Where a metric should be, how far it has come, and whether that is as far as the path says.  Pure, and exact."""
