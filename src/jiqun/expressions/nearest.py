"""The known name that a wrong one most likely meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the most similar known name, `—` where none is similar."""
    found = process.extractOne(
        word.casefold(), sorted(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=50
    )
    return "—" if found is None else str(found[0])
