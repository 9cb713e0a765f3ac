"""A dated number of a rule: threshold, baseline, factor, price, target, with unit and clause for every value."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from jiqun.packs.models.base import Code, Completeness, Day, Header, Identifier, Num, Span

Role = Literal["rule", "policy", "target", "statistic"]
Scope = Literal["above_scale", "all"]
Sense = Literal["exactly", "about", "at_least", "more_than", "at_most", "less_than"]


class Dated(Span):
    """A value from–to (both days inclusive) with the clause it stands in, or the reason why it has none.

    `published` marks a vintage: of two values for the same days the one published later counts, from that day on.
    """

    value: Num
    unit: str | None = None
    document: Identifier | None = None
    clause: Code | None = None
    reason: str | None = None
    published: Day | None = None
    completeness: Completeness | None = None
    sense: Sense = "exactly"
    measure: str | None = None
    scope: Scope | None = None
    source: str | None = None


class Parameter(Header):
    """A number with its dates; `table` holds one series per key, read as `id.key`.

    A value's own `unit` is converted to that of its series. `role: rule` is used by methods and must have no gap;
    `policy` is used by pages and reports and must have no gap either; `target` and `statistic` are points in time for
    reports. `measure` and `scope` say what is counted (output, revenue; above-scale or all firms), `sense` how the
    source words it; a value's own words stand before the parameter's. `of` names the taxonomy whose classes are the
    keys of `table`.
    """

    kind: Literal["parameter"]
    unit: str | None = None
    role: Role = "rule"
    measure: str | None = None
    scope: Scope | None = None
    of: Identifier | None = None
    values: tuple[Dated, ...] | None = Field(default=None, min_length=1)
    table: dict[str, tuple[Dated, ...]] | None = Field(default=None, min_length=1)
    adds_up_to: Num | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.values is None) == (self.table is None):
            given = "both" if self.values is not None else "none"
            raise PydanticCustomError(
                "exactly_one", "exactly one of values, table", {"names": "values, table", "found": given}
            )
        return self

    def series(self) -> dict[str, tuple[Dated, ...]]:
        """Every series by its full id: `{id: values}` or `{id.key: values}`."""
        if self.table is not None:
            return {f"{self.id}.{key}": values for key, values in self.table.items()}
        return {self.id: self.values or ()}

    def unit_of(self, values: tuple[Dated, ...]) -> str:
        """The unit of a series: the parameter's, else the one its first value names, else a pure number."""
        return self.unit or next((one.unit for one in values if one.unit), "1")
