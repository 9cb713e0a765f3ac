"""A step that people may not take now, and why."""

from __future__ import annotations


class RefusedError(ValueError):
    """A step that is not taken, and why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = (zh, en)
        super().__init__(zh)
