"""Firms that a row names beside its own, such as the holder of a parcel or a landlord: matched like the row's firm."""

from __future__ import annotations

import polars as pl

from jiqun.ledger.identity import Resolution, resolve
from jiqun.ledger.resolve import REFERS
from jiqun.packs.models.table import TableContract

_SURE = ("code", "valid_code")
_CHINESE = r"[㐀-鿿]"  # a cell with a Chinese character is a name; anything else is taken for a code


def firm_columns(contract: TableContract, register: str) -> tuple[str, ...]:
    """Return the columns outside the key that point to the register of firms."""
    named = [
        one.fields[0] for one in contract.foreign_keys if one.reference.resource == register and len(one.fields) == 1
    ]
    return tuple(dict.fromkeys(name for name in named if name not in contract.primary_key))


def matched(
    rows: pl.DataFrame, column: str, register: pl.DataFrame, decisions: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with the firms of a column put in, and the questions that are left open.

    What was matched by a name or a former code, or not at all, keeps what was reported in `_reported__<column>`, so
    that a person's later word is heard; a firm that is open stays as it was written.
    """
    text, chinese = pl.col(column), pl.col(column).str.contains(_CHINESE)
    asked = rows.with_row_index("at").filter(text.is_not_null())
    firms = asked.select(
        pl.when(~chinese).then(text).alias("code"),
        pl.when(chinese).then(text).alias("name"),
        pl.lit(None, pl.String).alias("district"),
    )
    found: Resolution = resolve(firms, register, decisions)
    answers = pl.concat([found.matched, found.open.select("index", "reported")], how="diagonal").sort("index")
    sure = answers["reason"].is_in(_SURE).fill_null(False)
    placed = pl.DataFrame(
        {
            "at": asked["at"],
            column: answers["enterprise"].fill_null(asked[column]),
            f"{REFERS}{column}": answers["reported"].set(sure, None),
        }
    )
    joined = rows.drop(column).with_row_index("at").join(placed, on="at", how="left", maintain_order="left")
    order = [*rows.columns, f"{REFERS}{column}"]
    return joined.select(order), found.open.with_columns(
        asked["at"].cast(pl.Int64).gather(found.open["index"]).alias("index")
    )
