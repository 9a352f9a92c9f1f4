"""``nsm worker``: folds events from Kafka into the state."""
