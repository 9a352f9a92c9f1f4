"""The past of the readings, for a Prometheus that was not there."""
