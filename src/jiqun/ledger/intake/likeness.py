"""Whether a file's head names the columns of another table than the one it was handed in for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jiqun.ledger.intake.header_match import Vocabulary
from jiqun.ledger.intake.header_text import composed
from jiqun.packs.models.table import TableContract

_CLEARLY = 2  # as many columns more must another table know: one more is chance


@dataclass(frozen=True)
class Likelier:
    """Another table whose columns a head names: how many of them, and how many of the table that was asked for."""

    table: TableContract
    known: int
    here: int


def columns_known(headers: Iterable[str], contract: TableContract) -> int:
    """Count the columns of a table that some headers name; one named twice counts once."""
    vocabulary = Vocabulary(contract)
    found = (vocabulary.find(composed([one])) for one in headers if one)
    return len({one[2][0].name for one in found if one is not None})


def likelier(headers: Sequence[str], chosen: TableContract, others: Iterable[TableContract]) -> Likelier | None:
    """Return the table that a head fits clearly better than the chosen one; None where there is none."""
    here = columns_known(headers, chosen)
    found = [(columns_known(headers, one), one) for one in others if one.id != chosen.id]
    known, best = max(found, key=lambda pair: pair[0], default=(0, chosen))
    return Likelier(best, known, here) if known >= here + _CLEARLY else None
