"""Which figures of the ledger a file would change, as far as its reader may know them."""

from __future__ import annotations

import polars as pl

from jiqun.desk.bounds import firms_of_rows, parts_of_rows
from jiqun.desk.context import Context
from jiqun.desk.reader import Reader
from jiqun.ledger.intake import Checked
from jiqun.ledger.resolve import PART
from jiqun.ledger.view import latest

_FIRM, _ROW = "enterprise", "_row"
_CHANGES = {
    "row": pl.Int64(),
    "key": pl.String(),
    "column": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
}


def changes(context: Context, checked: Checked, reader: Reader | None = None) -> pl.DataFrame:
    """Return the figures of the ledger that the good rows would change: `row`, `key`, `column`, `before`, `after`.

    Of a column that is hidden from the reader every figure is named that they did not report themselves, the same one
    too, and `before` is null: else a file of guesses would tell which of them is right. A workshop that was added to
    its firm is held against its own row, not against the sum.
    """
    view, key = latest(context.workspace), list(checked.contract.primary_key)
    if checked.contract_name not in view.tables or not set(key) - {_FIRM} <= set(checked.good.columns):
        return pl.DataFrame(schema=_CHANGES)
    mine = checked.good.with_columns(pl.lit("").alias(PART))
    if _FIRM in key:
        firms, parts = firms_of_rows(view, checked), parts_of_rows(view, checked)
        mine = mine.with_columns(firms, parts)
    there = view.told_by(checked.contract_name, view.log.valid(checked.contract_name), apart=True)
    key.append(PART)
    shared = [name for name in mine.columns if name in there.columns and name not in (*key, _ROW)]
    mine = mine.select(_ROW, *(pl.col(name).cast(there.schema[name]) for name in (*key, *shared)))
    both = mine.drop_nulls(key).join(there.select(*key, *shared), on=key, suffix="__before")
    seen = there if reader is None else reader.sees(view, checked.contract_name, apart=True)
    both = both.join(seen.select(*key, *shared), on=key, how="left", suffix="__seen")
    found = [_changed(both, name, key) for name in shared]
    return pl.concat([pl.DataFrame(schema=_CHANGES), *found]).sort("row", "column")


def _changed(both: pl.DataFrame, name: str, key: list[str]) -> pl.DataFrame:
    before = pl.col(f"{name}__before")
    is_seen = before.eq_missing(pl.col(f"{name}__seen"))
    asked = before.is_not_null() & pl.col(name).is_not_null()
    return both.filter(asked & (~is_seen | (pl.col(name) != before))).select(
        pl.col(_ROW).cast(pl.Int64).alias("row"),
        pl.concat_str([pl.col(each).cast(pl.String) for each in key], separator=" ").str.strip_chars().alias("key"),
        pl.lit(name).alias("column"),
        pl.when(is_seen).then(before.cast(pl.String)).alias("before"),
        pl.col(name).cast(pl.String).alias("after"),
    )
