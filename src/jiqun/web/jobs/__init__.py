"""Long work, done beside the requests."""
