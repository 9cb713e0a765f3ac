"""Low-efficiency firms and what is done about each of them."""
