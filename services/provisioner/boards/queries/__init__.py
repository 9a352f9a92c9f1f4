"""PromQL that only boards need; what rules need too is in ``services/provisioner/expressions.py``."""
