"""Who does it: one folder a process or command."""
