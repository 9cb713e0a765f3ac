"""What every face works on: a workspace with its law book, its imports, its runs and their explanations."""
