"""Readings, shown to Prometheus and as JSON."""
