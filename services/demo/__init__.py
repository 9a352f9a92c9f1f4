"""The whole road on real purchases whose figures are published."""
