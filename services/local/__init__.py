"""The real parts on this machine, as children of one command."""
