"""Green and digital grades: what the rules of both lines found, firm by firm, and what they still need."""
