"""A step that people may not take now, and why."""

from __future__ import annotations


class RefusedError(ValueError):
    """A step that is not taken, and why, in both languages.

    `at` names the fields of its form that are wrong; `meanwhile` says that somebody else saved in between.
    """

    def __init__(self, zh: str, en: str, *, at: tuple[str, ...] = (), meanwhile: bool = False) -> None:
        self.words, self.at, self.meanwhile = (zh, en), at, meanwhile
        super().__init__(zh)
