"""Drafts of the law: their texts and numbers, what they would change, and publishing them."""
