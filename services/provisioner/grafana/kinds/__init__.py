"""One file a kind of thing: where Grafana keeps it, what of it can be compared, and what must be known to change it."""
