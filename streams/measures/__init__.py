"""One kind of measure a file.  Pure."""
