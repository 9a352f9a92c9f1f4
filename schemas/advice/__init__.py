"""Advice on the choice of a north star: what a definition says well, but may not want to say."""
