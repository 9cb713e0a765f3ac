"""Stored runs: their files, who signed them, and how two of them compare."""
