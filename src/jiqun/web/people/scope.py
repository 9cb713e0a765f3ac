"""Whose rows a user sees: applied to every frame before it reaches a page, an export, a report or the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from jiqun.methods.explanation.restricted import MASKED

BETWEEN = "|"  # places of a scope that are written as one word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jiqun.packs import TableContract
    from jiqun.web.people.models import User


@dataclass(frozen=True)
class Scope:
    """Limits rows to those whose `column` holds `place` or one of `others`; an empty column means the whole region."""

    column: str = ""
    place: str = ""
    sees_restricted: bool = False
    others: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.column

    @property
    def places(self) -> tuple[str, ...]:
        """The places whose rows are seen; none for the whole region."""
        return tuple(one for one in (self.place, *self.others) if one)

    @property
    def whose(self) -> str:
        """The places as one word that tells one scope from another."""
        return BETWEEN.join(sorted(self.places))

    @property
    def sees_others(self) -> bool:
        """Tell whether restricted figures of every firm may be seen; a firm sees its own, and nobody else's."""
        return self.whole and self.sees_restricted

    @property
    def told_public_only(self) -> bool:
        """Tell whether the reader is the one who is evaluated, and so learns a result from its public notice."""
        return self.column == "enterprise"

    def rows(self, frame: pl.DataFrame, column: str = "") -> pl.DataFrame:
        """Return the rows within the scope; `column` names the frame's own column for the place.

        A frame that lacks the column shows nothing: what cannot be assigned to the place is not the place's.
        """
        if self.whole:
            return frame
        name = column or self.column
        if name not in frame.columns or not self.places:
            return frame.clear()
        return frame.filter(pl.col(name).is_in(self.places))

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row is within the scope, as `rows` does of a frame."""
        return self.whole or row.get(self.column) in self.places

    def firms(self, enterprises: pl.DataFrame) -> frozenset[str]:
        """Return the ids of the firms within the scope, from the register of enterprises."""
        return frozenset(self.rows(enterprises)["enterprise"].to_list())

    def masked(self, frame: pl.DataFrame, contract: TableContract) -> pl.DataFrame:
        """Replace the values of restricted columns by asterisks for those who may not see them."""
        if self.sees_restricted:
            return frame
        hidden = [one.name for one in contract.fields if one.sensitivity == "restricted" and one.name in frame.columns]
        return frame.with_columns(
            pl.when(pl.col(name).is_not_null()).then(pl.lit(MASKED)).alias(name) for name in hidden
        )

    def restricted_among(self, columns: Iterable[str], contract: TableContract) -> list[str]:
        """Name the restricted columns among some: reading them is logged."""
        wanted = set(columns)
        return [one.name for one in contract.fields if one.sensitivity == "restricted" and one.name in wanted]


def scope_of(user: User) -> Scope:
    """Return what a user may see: the rows of all their districts or parks, of several firms those of one at a time.

    What is public for one firm need not be so for another (decision 0035), and a form is one firm's.

    >>> Scope("district", "500105").whole
    False
    >>> Scope("district", "500105", others=("500107",)).whose
    '500105|500107'
    """
    role, places = user.means, user.places
    if user.chooses:
        places = (user.looking_at or places[0],)
    main, *others = places or ("",)
    return Scope(role.limited_by, main, role.sees_restricted, tuple(sorted(others)))
