"""Rows whose code the ledger knows under another name: a firm that changed its name, or somebody else's code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from jiqun.ledger.intake.checked import Checked
from jiqun.ledger.names import normal_name
from jiqun.ledger.view import View
from jiqun.problems import Place, Problem, problem

_SHOWN = 3
_FIRM, _NAME, _FORMER = "enterprise", "name", "former_names"


def with_renamed(view: View, checked: Checked) -> Checked:
    """Add LEDGER-103, a warning, where names of the file and of the ledger differ for the same code.

    The code decides whose figures they are, so a code in the wrong row would mix two firms without a word.
    """
    return replace(checked, notices=(*checked.notices, *_renamed(view, checked)))


def _renamed(view: View, checked: Checked) -> Iterator[Problem]:
    rows = checked.good
    if not {_FIRM, _NAME} <= set(rows.columns):
        return
    known = _known_names(view, checked.contract_name)
    other = rows.select(_FIRM, _NAME, "_row").drop_nulls().join(known, on=_FIRM)
    other = other.filter(~pl.col("names").list.contains(pl.col(_NAME)))
    told = [
        (row, firm, name, names[-1])
        for firm, name, row, names in other.iter_rows()
        if normal_name(name) not in {normal_name(one) for one in names}
    ]
    if told:
        shown = "；".join(f"{firm} {now} → {name}" for _, firm, name, now in told[:_SHOWN])
        shown += "…" if len(told) > _SHOWN else ""
        place = Place(checked.source.path.name, checked.source.sheet or "", told[0][0])
        yield problem("LEDGER-103", place, count=len(told), shown=shown)


def _known_names(view: View, table: str) -> pl.DataFrame:
    """Return code → the names it has in the register, former ones too, and in the table itself; the newest last."""
    found = []
    for name in dict.fromkeys((table, _FIRM)):
        if name not in view.tables:
            continue
        rows = view.table(name)
        if {_FIRM, _NAME} <= set(rows.columns):
            found.append(rows.select(_FIRM, _NAME))
        if _FORMER in rows.columns:
            former = rows.select(_FIRM, pl.col(_FORMER).str.replace_all("；", ";").str.split(";").alias(_NAME)).explode(
                _NAME
            )
            found.insert(0, former)
    if not found:
        return pl.DataFrame(schema={_FIRM: pl.String, "names": pl.List(pl.String)})
    every = pl.concat(found).drop_nulls()
    return every.group_by(_FIRM, maintain_order=True).agg(pl.col(_NAME).unique(maintain_order=True).alias("names"))
