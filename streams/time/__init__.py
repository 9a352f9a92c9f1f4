"""Instants, local days, periods and buckets.  Pure."""
