"""台账: files in, their history, who owes data, whose firm is open, where a figure comes from."""
