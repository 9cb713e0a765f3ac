"""Published tables as methods: rows of a table go in, every row comes back with what the method found for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from jiqun.methods import exact
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.result import Result
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Method

Rows = Sequence[Sequence[str]]


def read(name: str) -> list[list[str]]:
    """Read a table of this folder: a line of cells apart by blanks; lines with # say where it is from."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def contract(columns: Sequence[str], texts: Sequence[str] = ()) -> TableContract:
    """A table of members with a number in each column, but for the ones that hold text."""
    kinds = {name: "string" if name in texts else "number" for name in columns}
    fields = ({"name": name, "title": name, "title_en": name, "type": kind} for name, kind in kinds.items())
    member = {"name": "member", "title": "成员", "title_en": "Member", "type": "string"}
    head = {"kind": "table", "id": "member", "title": "成员", "title_en": "Members", "primaryKey": ["member"]}
    return TableContract.model_validate({**head, "fields": (member, *fields)})


def result(
    sections: Mapping[str, Any], columns: Sequence[str], rows: Rows, engine: str = "polars", texts: Sequence[str] = ()
) -> Result:
    """Evaluate a method over rows whose first cell names the member; the exact reading has to say the same."""
    table = contract(columns, texts)
    evaluates = {"table": "member", "subject": "member", "per": "once"}
    every = {"every": {"title": "全部", "where": "member is not missing"}}
    head = {"id": "published", "title": "公布的指数", "title_en": "Published index"}
    method = Method.model_validate({**head, "evaluates": evaluates, "populations": every, **sections})
    plan = compile_method(method, 2001, contracts={"member": table})
    cells = dict(zip(("member", *columns), zip(*rows, strict=True), strict=True))
    frame = pl.DataFrame(
        {
            name: list(values)
            if name == "member" or name in texts
            else pl.Series([None if one == "-" else float(one) for one in values], dtype=pl.Float64)
            for name, values in cells.items()
        }
    )
    found = evaluate(plan, {"member": frame}, engine=engine)
    again = exact.evaluate(plan, found.gathered)
    for row in found.trace.iter_rows(named=True):
        assert {name: row[name] for name in again[row["member"]].row} == dict(again[row["member"]].row)
    return found


def evaluated(
    sections: Mapping[str, Any], columns: Sequence[str], rows: Rows, engine: str = "polars", texts: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """The row of every member; figures are whole numbers of the last digit."""
    trace = result(sections, columns, rows, engine, texts).trace
    return {row["member"]: row for row in trace.iter_rows(named=True)}


def measures(columns: Sequence[str], digits: int) -> dict[str, Any]:
    """One measure for each column, as it is."""
    return {f"{name}_raw": {"title": name, "formula": name, "digits": digits} for name in columns}


def scores(columns: Sequence[str], digits: int) -> dict[str, Any]:
    """The points of an item are the figure itself."""
    return {"all": {name: {"measure": f"{name}_raw", "digits": digits, "value": True} for name in columns}}
