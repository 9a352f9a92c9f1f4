"""What is counted by a dimension that is remembered of entities."""
