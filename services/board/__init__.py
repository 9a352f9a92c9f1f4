"""The north star in the terminal."""
