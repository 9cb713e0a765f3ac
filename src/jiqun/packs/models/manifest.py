"""The head file of a pack (pack.yaml): what it is called, where it applies and what it extends."""

from __future__ import annotations

from pydantic import Field

from jiqun.packs.models.base import ADCODE, Code, Identifier, Model, Names

NATION = "100000"


class PackManifest(Model):
    """One pack: a law book or a part of one. `jurisdiction` is an adcode of GB/T 2260; 100000 is the nation."""

    id: Identifier
    title: str
    title_en: str
    jurisdiction: Code = Field(pattern=ADCODE)
    extends: Names = ()
    maintainers: Names = ()
    version: Code
    description: str | None = None

    @property
    def level(self) -> str:
        """`nation`, `province`, `city` or `county`, read from the zeros of the adcode."""
        if self.jurisdiction == NATION:
            return "nation"
        if self.jurisdiction.endswith("0000"):
            return "province"
        return "city" if self.jurisdiction.endswith("00") else "county"


class ReleasedLock(Model):
    """The hashes of released files (released.yaml): such a file is superseded by a new one, never edited."""

    files: dict[str, str]
