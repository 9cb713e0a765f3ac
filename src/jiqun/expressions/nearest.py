"""The known name that a wrong one most likely meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the most similar known name, or the first few names where none is similar."""
    names = sorted(known)
    if not names:
        return "—"
    found = process.extractOne(word.casefold(), names, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=50)
    if found is not None:
        return str(found[0])
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
