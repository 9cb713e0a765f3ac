"""Splits (分立) in the register: from whom a firm was split off, and who was split off from it."""

from __future__ import annotations

from typing import Any

import polars as pl

from jiqun.ledger.lineage import Cell
from jiqun.web.enterprises import dossier
from jiqun.web.region import ledger

_FROM = "split_from"


def splits(code: str) -> dict[str, Any]:
    """Return `split_from` (name, code, day and cell; None where the firm is not from a split) and `split_into`.

    Names and days of the register are public, so they are told of firms of another place too.
    """
    register = ledger().table("enterprise")
    if _FROM not in register.columns:
        return {"split_from": None, "split_into": []}
    mine = register.filter(pl.col("enterprise") == code, pl.col(_FROM).is_not_null())
    into = register.filter(pl.col(_FROM) == code).sort("registered_on", "enterprise")
    return {
        "split_from": next((_told(row, row[_FROM], code) for row in mine.to_dicts()), None),
        "split_into": [_told(row, row["enterprise"], row["enterprise"]) for row in into.to_dicts()],
    }


def _told(row: dict[str, Any], firm: str, said_of: str) -> dict[str, Any]:
    register = ledger().table("enterprise")
    named = register.filter(pl.col("enterprise") == firm)["name"].to_list()
    cell: Cell | None = dossier.cells_of("enterprise", said_of).get(_FROM)
    return {"name": named[0] if named else firm, "enterprise": firm, "day": row["registered_on"], "cell": cell}
