"""A definition answered over a file of events, without any server."""
