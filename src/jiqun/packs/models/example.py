"""A worked example of a method: the rows or values that go in and what must come out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from jiqun.packs.models.base import Code, Day, Header, Identifier
from jiqun.packs.models.document import Evidence


def _cell(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Cell = Annotated[str | bool | Day | None, BeforeValidator(_cell)]


class Example(Header):
    """Inputs of a method and the results that are known for them; numbers are text.

    `tables` are ledger rows, `measures` replace measures by known values. `evidence` as in documents: R published,
    D derived.
    """

    kind: Literal["example"]
    method: Identifier
    method_edition: Code | None = None
    population: str | None = None
    period: Code | None = None
    subject: str | None = None
    tables: dict[str, tuple[dict[str, Cell], ...]] = {}
    measures: dict[str, Cell] = {}
    expected: Annotated[dict[str, Cell], Field(min_length=1)]
    evidence: Evidence
    source: str | None = None
