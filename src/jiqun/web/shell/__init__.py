"""What every page has: frame, navigation, language, parts."""
