"""The versions of a definition: what a change means, which is served, and the end of one."""
