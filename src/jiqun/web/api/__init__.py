"""The JSON API, under the same rights and rows as the pages."""
