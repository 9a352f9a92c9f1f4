"""Each part of the board, drawn with rich: a function of what it shows and of how much room there is."""
