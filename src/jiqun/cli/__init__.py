"""The command line: `jiqun …`."""
