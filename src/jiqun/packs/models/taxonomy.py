"""A taxonomy: codes in levels with validity dates, and rules that map its classes to codes of another taxonomy."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from jiqun.packs.models.base import Code, Codes, Completeness, Header, Identifier, Model, Names, Span, UnfitError

Coverage = Literal["full", "partial"]


class Level(Model):
    """One level: `length` is the length of its codes, `count` the declared number of codes; lint checks both."""

    title: str
    title_en: str
    length: int | None = Field(default=None, ge=1)
    count: int | None = Field(default=None, ge=0)


class Includes(Span):
    """Codes of another taxonomy, and everything under them, that belong to a class.

    `partial`: only a part of the firms with the code belongs, which `needs` says how to tell (product evidence).
    """

    taxonomy: Identifier
    codes: Codes
    except_: Codes = Field(default=(), alias="except")
    coverage: Coverage = "full"
    needs: str | None = None
    clause: Code | None = None
    note: str | None = None


class TaxonomyCode(Span):
    """One code. The same code may stand again for other days, with another name or parent."""

    code: Code
    name: str
    name_en: str | None = None
    parent: Code | None = None
    level: int | None = Field(default=None, ge=1)
    aliases: Names = ()
    provisional: bool = False
    priority: int | None = None
    completeness: Completeness | None = None
    note: str | None = None
    includes: tuple[Includes, ...] = ()


class Members(Model):
    """A data file with membership rows: class, code, coverage, needs, from, to, note."""

    taxonomy: Identifier
    data: str


class CountedIn(Model):
    """An explicit decision which class counts some codes, before any priority."""

    taxonomy: Identifier
    codes: Codes
    class_: Code = Field(alias="class")
    reason: str


class Taxonomy(Header):
    """A classification. `counting: single` means that every included code has one class that counts it in totals."""

    kind: Literal["taxonomy"]
    aliases: Names = ()
    levels: tuple[Level, ...] = Field(min_length=1)
    data: str | None = None
    codes: tuple[TaxonomyCode, ...] = ()
    members: Members | None = None
    counting: Literal["single", "overlapping"] = "overlapping"
    counted_in: tuple[CountedIn, ...] = ()
    source: str | None = None

    @model_validator(mode="after")
    def _some_codes(self) -> Self:
        if self.data is None and not self.codes:
            raise UnfitError("分类要有编码：请写 data 或 codes", "a taxonomy has codes: give `data` or `codes`")
        return self
