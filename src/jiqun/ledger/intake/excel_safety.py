"""Text that a spreadsheet would run as a formula, kept as text."""

from __future__ import annotations

import re

# a Chinese or Japanese Excel takes full-width signs for formula signs too
_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[\d.,]+%?")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠])")


def is_risky(text: str) -> bool:
    """Tell whether a spreadsheet would take the text for a formula; signed numbers and lone dashes are harmless."""
    return text.startswith(_STARTS) and not _PLAIN_NUMBER.fullmatch(text) and text.strip("-+－＋ ") != ""


def neutralise(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run; `original` takes it away again.

    >>> neutralise("=1+1"), neutralise("-5.2"), neutralise("江南机械")
    ("'=1+1", '-5.2', '江南机械')
    """
    return f"'{text}" if is_risky(text) else text


def original(text: str) -> str:
    """Undo `neutralise`: drop the apostrophe that stands before a formula sign.

    >>> original("'=1+1"), original("'twas")
    ('=1+1', "'twas")
    """
    return _GUARDED.sub("", text, count=1) if text.startswith("'") else text
