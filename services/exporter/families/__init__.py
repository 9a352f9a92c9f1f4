"""What the exporter shows, a file for each kind of thing that is told; every family is there, if without samples."""
