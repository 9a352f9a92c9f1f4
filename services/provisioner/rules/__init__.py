"""Alert rules for Prometheus, made of a definition, and the way an alert takes through Alertmanager."""
