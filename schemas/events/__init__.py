"""Events: what is needed of them, and the forms in which they arrive."""
