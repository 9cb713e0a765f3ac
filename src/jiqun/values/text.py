"""Text as departments type it, brought to one form: full-width characters, blanks, separators."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_BRACKETS = str.maketrans({"（": "(", "）": ")", "【": "[", "】": "]", "［": "[", "］": "]", "：": ":", "，": ","})


def narrow(text: str) -> str:
    """Fold full-width characters (NFKC), turn every run of blanks into one, and trim.

    >>> narrow("　１２，３４５．６ ")
    '12,345.6'
    """
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).translate(_BRACKETS)).strip()


def comparable(text: str) -> str:
    """Bring a name or header to the form in which two spellings are compared: narrow, no blanks, lower case."""
    return narrow(text).replace(" ", "").casefold()
