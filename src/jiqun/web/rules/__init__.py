"""办法库: the rules as an officer reads them."""
