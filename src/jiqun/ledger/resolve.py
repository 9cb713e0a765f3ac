"""The resolved view: what a table says now, given everything that was reported and not undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

IMPORT = "_import"
ROW = "_row"
REPORTED = "_reported"
MATCH = "_match"
PART = "_part"  # the report of a workshop that is part of the row's firm; no column of the store
REFERS = "_reported__"  # + name of a column that names another firm
INTERNAL = (IMPORT, ROW, REPORTED, MATCH, PART)


def is_internal(column: str) -> bool:
    """Tell whether a column of the store is the ledger's own and none of the contract's."""
    return column in INTERNAL or column.startswith(REFERS)


def resolve(
    rows: pl.DataFrame, key: Sequence[str], clears: Mapping[str, Collection[int]] | None = None
) -> pl.DataFrame:
    """Return one row per key, sorted by key: in every column the latest value that any import gave.

    A blank never erases an earlier value; only an import that names the column in its `clears` does, for the keys it
    holds. `clears` maps column → the numbers of such imports.

    >>> reported = pl.DataFrame(
    ...     {"firm": ["a", "a"], "tax": [5.0, None], "staff": [None, 7], "_import": [1, 2], "_row": [2, 2]}
    ... )
    >>> resolve(reported, ["firm"]).rows()
    [('a', 5.0, 7)]
    """
    keys = list(key)
    kept = [name for name in rows.columns if not is_internal(name)]
    repeated = pl.struct(keys).is_duplicated()
    once = rows.filter(~repeated)
    several = rows.filter(repeated)
    if several.is_empty():
        return once.select(kept).sort(keys)
    merged = (
        several.sort(IMPORT, ROW)
        .group_by(keys, maintain_order=True)
        .agg(_latest(name, (clears or {}).get(name, ())) for name in kept if name not in keys)
    )
    return pl.concat([once.select(kept), merged.select(kept)]).sort(keys)


def _latest(name: str, clearing: Collection[int]) -> pl.Expr:
    if not clearing:
        return pl.col(name).drop_nulls().last()
    said = pl.col(name).is_not_null() | pl.col(IMPORT).is_in(sorted(clearing))
    return pl.col(name).filter(said).last()
