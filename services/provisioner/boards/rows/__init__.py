"""A row of a board each: a heading, and the lines of panels that answer one question."""
