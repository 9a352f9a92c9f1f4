"""The command line: ``nsm``."""
