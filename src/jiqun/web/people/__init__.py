"""People, their rights, and the log of what they did."""
