"""The known name that a wrong one most likely meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

NONE = "—"


def nearest(word: str, known: Iterable[str], least: int = 50) -> str:
    """Return the most similar known name, `—` where none is similar by `least` of 100."""
    found = process.extractOne(
        word.casefold(), sorted(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=least
    )
    return NONE if found is None else str(found[0])
