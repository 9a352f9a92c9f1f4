"""A definition judged: its faults, advice on its choice of metrics, and how they would have behaved."""
