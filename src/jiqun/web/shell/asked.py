"""Reading what a query or a form says."""

from __future__ import annotations

_LONGEST = 9  # digits; a database takes no more for a row's number


def whole_number(text: str) -> int | None:
    """Return the whole number that a text is; None for what is none.

    >>> whole_number("2024"), whole_number("²"), whole_number("-1"), whole_number("9" * 5000)
    (2024, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
