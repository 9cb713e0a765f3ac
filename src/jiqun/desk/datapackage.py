"""A snapshot as a Frictionless Data Package: a file per table, its contract as Table Schema, a hash for each file.

The same snapshot and cut give the same bytes, whenever and wherever the package is made.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import polars as pl

from jiqun.desk.context import Context
from jiqun.ledger.intake.excel_safety import is_risky, neutralise
from jiqun.ledger.snapshot import Snapshot
from jiqun.packs import TableContract
from jiqun.packs.models.table import Column
from jiqun.problems import ProblemsError, problem
from jiqun.values import exact

Format = Literal["csv", "parquet"]
Rows = Callable[[pl.DataFrame], pl.DataFrame]
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DESCRIPTOR, READ_ME = "datapackage.json", "README.md"
_YES_NO = {"是": "true", "否": "false"}
_MEDIA: dict[Format, str] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file knows: the clock must not change its bytes


@dataclass(frozen=True)
class Cut:
    """What of a snapshot may leave: which rows of a table, and whether restricted columns.

    `whose` says for whom it was cut, and stands in the package.
    """

    whose: str = "整个地区 the whole region"
    rows: Rows = lambda frame: frame
    sees_restricted: bool = True

    @property
    def is_whole(self) -> bool:
        return self == Cut()


@dataclass(frozen=True)
class _Table:
    contract: TableContract
    frame: pl.DataFrame
    omitted: tuple[str, ...]


def write_package(
    context: Context, snapshot: Snapshot, target: IO[bytes], form: Format = "csv", cut: Cut = Cut()
) -> None:  # noqa: B008
    """Write a snapshot as one zip file with `datapackage.json`, a README and a CSV or Parquet file per table."""
    tables = {one.contract.id: one for one in _tables(context, snapshot, cut)}
    resources, files = [], []
    for name, one in tables.items():
        content, guarded = _written(one.frame, form)
        files.append((f"data/{name}.{form}", content))
        resources.append(_resource(one, files[-1], form, tables) | ({"jiqun:guarded": guarded} if guarded else {}))
    descriptor = _descriptor(context, snapshot, cut, tables) | {"resources": resources}
    text = json.dumps(descriptor, ensure_ascii=False, indent=2)
    heads = [(DESCRIPTOR, text.encode()), (READ_ME, _read_me(descriptor, tables).encode())]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in [*heads, *files]:
            entry = zipfile.ZipInfo(path, _WHEN)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, content)


def save_package(context: Context, snapshot: Snapshot, path: Path, form: Format = "csv") -> None:
    """Write the whole snapshot to a file; CLI-007 where the file cannot be written."""
    try:
        with path.open("wb") as target:
            write_package(context, snapshot, target, form)
    except OSError as refused:
        raise ProblemsError([problem("CLI-007", file=path, detail=refused.strerror or refused)]) from None


def _tables(context: Context, snapshot: Snapshot, cut: Cut) -> Iterator[_Table]:
    for name in snapshot.names:
        contract, frame = context.contract(name), cut.rows(snapshot.table(name))
        held = [one for one in contract.fields if one.name in frame.columns]
        shown = [one.name for one in held if cut.sees_restricted or one.sensitivity != "restricted"]
        omitted = tuple(one.name for one in held if one.name not in shown)
        yield _Table(contract, frame.select(shown), omitted)


def _written(frame: pl.DataFrame, form: Format) -> tuple[bytes, int]:
    """Return a file's bytes, and how many cells got an apostrophe because a spreadsheet would run them."""
    out = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(out)
        return out.getvalue(), 0
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    risky = {
        name: {one: neutralise(one) for one in frame[name].unique().drop_nulls() if is_risky(one)} for name in texts
    }
    risky = {name: words for name, words in risky.items() if words}
    count = sum(int(frame[name].is_in(list(words)).sum()) for name, words in risky.items())
    frame.with_columns(pl.col(name).replace(words) for name, words in risky.items()).write_csv(out)
    return out.getvalue(), count


def _descriptor(context: Context, snapshot: Snapshot, cut: Cut, tables: Mapping[str, _Table]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "$schema": PROFILE,
        "name": f"jiqun-snapshot-{snapshot.id}",
        "id": snapshot.content,
        "title": f"产业台账快照 {snapshot.id}",
        "description": "各表按主键一行，规范单位；空为未知，不是零。 Canonical units; empty is unknown, not zero.",
        "created": snapshot.when,
        "licenses": [{"path": READ_ME, "title": "内部资料，按授权使用 Internal: use as authorised"}],
        "jiqun:snapshot": {
            "id": snapshot.id,
            "content": snapshot.content,
            "note": snapshot.note,
            "region": context.workspace.region,
            "packs": list(context.workspace.packs),
            "tables": {
                name: {"version": one.version, "content": one.content}
                for name, one in snapshot.tables.items()
                if name in tables
            },
        },
        "jiqun:cut": {"for": cut.whose, "whole": cut.is_whole, "restricted": cut.sees_restricted},
    }
    if cut.is_whole and (sources := _sources(snapshot)):
        found["sources"] = sources
    return found


def _sources(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the files that the snapshot was read from, with the hash under which each original is kept."""
    return [
        {
            "title": one.file,
            "path": f"originals/{one.sha256}",
            "jiqun:import": one.number,
            "jiqun:table": one.table,
            "jiqun:period": one.period,
            "jiqun:who": one.who,
            "jiqun:when": one.when,
        }
        for one in snapshot.view.log.valid()
        if one.table in snapshot.tables
    ]


def _resource(one: _Table, file: tuple[str, bytes], form: Format, tables: Mapping[str, _Table]) -> dict[str, Any]:
    contract, (path, content) = one.contract, file
    found: dict[str, Any] = {
        "name": contract.id,
        "type": "table",
        "path": path,
        "title": contract.title,
        "jiqun:title_en": contract.title_en,
        "format": form,
        "mediatype": _MEDIA[form],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "jiqun:rows": one.frame.height,
        "schema": _schema(one, tables),
    }
    if form == "csv":
        found["encoding"] = "utf-8"
    if one.omitted:
        found["jiqun:omitted"] = list(one.omitted)
    return found


def _schema(one: _Table, tables: Mapping[str, _Table]) -> dict[str, Any]:
    """Return a table's fields and keys; a foreign key that some rows break is told as `jiqun:broken_keys`."""
    columns, contract = one.frame.columns, one.contract
    schema: dict[str, Any] = {"fields": [_field(contract.column(name)) for name in columns], "missingValues": [""]}
    if set(contract.primary_key) <= set(columns):
        schema["primaryKey"] = list(contract.primary_key)
    for key in contract.foreign_keys:
        other = tables.get(key.reference.resource)
        wanted = list(key.reference.fields)
        if other is None or not set(key.fields) <= set(columns) or not set(wanted) <= set(other.frame.columns):
            continue
        there = other.frame.select(wanted).unique()
        used = one.frame.select(key.fields).drop_nulls()
        broken = used.join(there, left_on=list(key.fields), right_on=wanted, how="anti").height
        said: dict[str, Any] = {
            "fields": list(key.fields),
            "reference": {"resource": "" if other is one else key.reference.resource, "fields": wanted},
        }
        name = "jiqun:broken_keys" if broken else "foreignKeys"
        schema.setdefault(name, []).append(said | ({"rows": broken} if broken else {}))
    return schema


def _field(column: Column) -> dict[str, Any]:
    """Return a column as a field of Table Schema; what the standard has no word for stands under `jiqun:`."""
    asked = column.constraints
    constraints = {
        "required": asked.required or None,
        "unique": asked.unique or None,
        "minimum": _bound(asked.minimum),
        "maximum": _bound(asked.maximum),
        "enum": list(column.allowed) if column.allowed and not column.delimiter else None,
        "pattern": asked.pattern,
    }
    kept = {name: value for name, value in constraints.items() if value is not None}
    found = {
        "name": column.name,
        "type": column.type,
        "title": column.title,
        "description": column.description,
        "example": _example(column),
        "constraints": kept or None,
        "unit": column.unit,
        "jiqun:title_en": column.title_en,
        "jiqun:format": column.format,
        "jiqun:delimiter": column.delimiter,
        "jiqun:taxonomy": column.taxonomy,
        "jiqun:sensitivity": column.sensitivity,
        "jiqun:labels": {one.value: [one.title, one.title_en] for one in column.categories} or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _example(column: Column) -> str | None:
    """Return an example as the values of the package are written; department files say yes and no in words."""
    return _YES_NO.get(column.example or "") if column.type == "boolean" else column.example


def _bound(bound: str | None) -> int | float | None:
    if bound is None:
        return None
    value = exact(bound)
    return int(value) if value.denominator == 1 else float(value)


def _read_me(descriptor: dict[str, Any], tables: Mapping[str, _Table]) -> str:
    cut = descriptor["jiqun:cut"]
    lines = [
        f"# {descriptor['title']}",
        "",
        f"- 内容指纹 content hash: `{descriptor['id']}`",
        f"- 冻结时间 frozen at: {descriptor['created']}",
        f"- 范围 cut for: {cut['for']}",
        "- 用途 use: 内部资料，按授权使用，不得外传。 Internal; use as authorised, do not pass on.",
        "- 空为未知，不是零；单位见各列的 unit。 Empty is unknown, not zero; units stand with the fields.",
        "- CSV 中以 = + - @ 开头的文字前加了撇号，以免电子表格当作公式；Parquet 没有改动。"
        " In CSV, text that a spreadsheet would run has an apostrophe before it; Parquet holds it as it is.",
        "",
        "| 表 table | 行 rows | 未含的受限列 restricted columns left out |",
        "|---|---:|---|",
    ]
    for one in tables.values():
        left_out = "、".join(one.contract.column(name).title for name in one.omitted) or "—"
        lines.append(f"| {one.contract.title} `{one.contract.id}` | {one.frame.height:,} | {left_out} |")
    return "\n".join(lines) + "\n"
