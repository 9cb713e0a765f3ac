"""What a law book holds: objects with the file each was written in, packs of them, dated values with their proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from jiqun.packs.models import Header, Method, PackManifest
from jiqun.packs.models.base import Completeness
from jiqun.packs.models.parameter import Scope, Sense
from jiqun.packs.reading import Route, Source
from jiqun.problems import Place
from jiqun.values import Unit, canonical

EDITIONED = ("method", "example")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class LawObject:
    """One object with the file it was read from."""

    pack: str
    model: Header
    source: Source
    rows: Mapping[Route, Place] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.model.kind

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def key(self) -> Key:
        """Kind, id and, for the kinds that have editions side by side, the edition."""
        return self.kind, self.id, (self.model.edition or "") if self.kind in EDITIONED else ""

    @cached_property
    def content(self) -> str:
        """What a law book's digest counts of it, in canonical JSON: of a rule its own digest, of others the whole."""
        if isinstance(self.model, Method):
            return canonical(self.model.digest)
        return canonical(self.model.model_dump(mode="json", by_alias=True, exclude_defaults=True))

    def place(self, *route: str | int) -> Place:
        """Return the place of a value of the object: file, line and column, or the line of a data file."""
        for length in range(len(route), 0, -1):
            if route[:length] in self.rows:
                return self.rows[route[:length]]
        return self.source.place(route)


@dataclass(frozen=True)
class Pack:
    """One pack as read: its head, its folder, the files in it and its objects."""

    manifest: PackManifest
    folder: Path
    files: tuple[str, ...]
    objects: tuple[LawObject, ...]

    @property
    def id(self) -> str:
        return self.manifest.id


@dataclass(frozen=True)
class DatedValue:
    """A parameter's value on a day, with what proves it."""

    id: str
    value: Fraction
    unit: Unit
    title: str
    title_en: str
    document: str | None
    clause: str | None
    reason: str | None
    completeness: Completeness
    certainty: Completeness
    from_: date | None
    to: date | None
    published: date | None
    sense: Sense
    measure: str | None
    scope: Scope | None
    place: Place
