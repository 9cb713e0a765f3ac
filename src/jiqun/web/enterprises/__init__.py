"""一企一档: the file of every firm, and the search."""
