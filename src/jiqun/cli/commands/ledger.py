"""`jiqun ledger status | history | row | undo | review` and `jiqun snapshot`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import click
import polars as pl

from jiqun.cli.commands.datapackage import export_snapshot
from jiqun.cli.commands.review import review_identities
from jiqun.cli.output import json_option, moment, print_json, print_table, say
from jiqun.cli.speech import both, language, pick
from jiqun.desk.context import Context
from jiqun.desk.explaining import cell_words, joined
from jiqun.desk.subjects import find_subject
from jiqun.ledger import lineage
from jiqun.ledger.imports import undo as undo_import
from jiqun.ledger.lineage import Cell, Value
from jiqun.ledger.log import Import
from jiqun.ledger.snapshot import freeze, snapshots
from jiqun.ledger.status import Status, status
from jiqun.ledger.view import View, latest
from jiqun.packs import TableContract
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import half_up, unit_said

_STATES = {"current": "现行", "superseded": "已被更新", "cleared": "已清除", "undone": "已撤销"}


@click.group(help=both("台账：看、查、撤销、认领", "The ledger: look, trace, undo, review"))
def ledger() -> None:
    pass


@ledger.command("status", help=both("各表行数、导入、隔离区和待认领", "Tables, imports, quarantine, open identities"))
@json_option
@click.pass_obj
def show_status(context: Context, as_json: bool) -> None:
    found = status(context.workspace)
    if as_json:
        print_json(
            {
                "tables": found.tables,
                "imports": [_import_record(one) for one in found.imports],
                "quarantine": found.quarantine,
                "open_identities": found.open_identities,
                "snapshots": [_snapshot_record(one) for one in snapshots(context.workspace)],
            }
        )
        return
    if not found.imports:
        say("台账是空的。导入第一个文件：", "The ledger is empty. Import the first file:")
        say("  jiqun import 文件 --table 表 --period 年度", "  jiqun import FILE --table T --period P")
        return
    _print_tables(context, found)
    _print_imports(context, found)
    _print_waiting(found)


def _print_tables(context: Context, found: Status) -> None:
    rows = []
    for one in found.tables:
        years = both("、", ", ").join(f"{year}{both('：', ': ')}{rows}" for year, rows in one.years.items())
        filled = [share for column in one.filled if (share := one.completeness(column)) is not None]
        average = f"{half_up(100 * sum(filled, Fraction(0)) / len(filled), 0)}%" if filled else ""
        rows.append(
            (one.table, title_of(context, one.table), one.rows, years, average, one.imports, moment(one.last_when))
        )
    print_table(
        [
            both("表", "table"),
            both("名称", "title"),
            both("行", "rows"),
            both("分年", "by year"),
            both("填报率", "filled"),
            both("导入", "imports"),
            both("最近", "last"),
        ],
        rows,
        right=[2, 4, 5],
    )
    click.echo()


def _print_imports(context: Context, found: Status) -> None:
    print_table(
        [
            both("导入", "import"),
            both("表", "table"),
            both("期间", "period"),
            both("文件", "file"),
            both("行", "rows"),
            both("退回", "returned"),
            both("待认领", "open"),
            both("谁", "who"),
            both("何时", "when"),
            "",
        ],
        [
            (
                one.number,
                one.table,
                one.period,
                f"{one.file}!{one.sheet}" if one.sheet else one.file,
                one.rows,
                one.bad_rows or "",
                one.open_rows or "",
                one.who,
                moment(one.when),
                _import_note(one),
            )
            for one in found.imports
        ],
        right=[0, 4, 5, 6],
    )


def _import_note(one: Import) -> str:
    """What else is to be said of an import: that it was undone, or that it reports nothing."""
    if one.is_undone:
        return both(f"已撤销：{one.undone_note}", f"undone: {one.undone_note}")
    return both("零报告", "nothing to report") if one.says_nothing else ""


def _print_waiting(found: Status) -> None:
    if found.quarantine:
        click.echo()
        bad = sum(one.bad_rows for one in found.quarantine)
        say(
            f"隔离区：{len(found.quarantine)} 次导入的 {bad} 行等待更正：",
            f"Quarantine: {bad} rows of {len(found.quarantine)} imports wait for corrections:",
        )
        for one in found.quarantine:
            click.echo(f"  {one.number}  {one.table}  {one.file}  {one.bad_rows}  {one.return_file or ''}")
    if found.open_identities:
        click.echo()
        say(
            f"待认领企业 {found.open_identities} 家：jiqun ledger review",
            f"{found.open_identities} reports whose firm is open: jiqun ledger review",
        )


def title_of(context: Context, table: str) -> str:
    """Return the title of a table; its name where no pack in force has a contract for it."""
    if not context.book.has("table", table):
        return table
    contract = context.book.table(table)
    return pick(contract.title, contract.title_en, table)


@ledger.command(help=both("一行现在是什么，每个数来自哪一格", "A row as it stands, and the cell of every figure"))
@click.argument("table")
@click.argument("key", nargs=-1, required=True)
@json_option
@click.pass_obj
def row(context: Context, table: str, key: tuple[str, ...], as_json: bool) -> None:
    view = latest(context.workspace)
    named = key_of(view, table, key)
    found, cells = lineage.row(view, table, named), lineage.cells(view, table, named)
    if as_json:
        print_json({"row": found, "cells": cells})
        return
    contract = context.book.table(table) if context.book.has("table", table) else None
    print_table(
        [
            both("列", "column"),
            both("名称", "title"),
            both("值", "value"),
            both("单位", "unit"),
            both("来处", "source"),
        ],
        [
            (name, *_described(contract, name), _shown(value), _unit(contract, name), _source(cells.get(name)))
            for name, value in found.items()
            if value is not None or name in cells
        ],
        right=[2],
    )


def _source(cell: Cell | None) -> str:
    return "" if cell is None else cell_words(cell, language()) if cell.adds else str(cell)


@ledger.command(help=both("一行里报过的每一个值", "Every value ever reported for a row"))
@click.argument("table")
@click.argument("key", nargs=-1, required=True)
@click.option("--column", default=None, help=both("只看一列", "one column only"))
@json_option
@click.pass_obj
def history(context: Context, table: str, key: tuple[str, ...], column: str | None, as_json: bool) -> None:
    view = latest(context.workspace)
    found = lineage.history(view, table, key_of(view, table, key), column)
    if as_json:
        print_json(found.to_dicts())
        return
    print_table(
        [
            both("导入", "import"),
            both("列", "column"),
            both("值", "value"),
            both("状态", "state"),
            both("来处", "source"),
            both("谁", "who"),
            both("何时", "when"),
            both("说明", "note"),
        ],
        [
            (
                one["import"],
                one["column"],
                one["value"] or "",
                both(_STATES[one["state"]], one["state"]),
                joined(one["part"], language())
                + "!".join(part for part in (one["file"], one["sheet"], one["cell"] or str(one["row"])) if part),
                one["who"],
                moment(one["when"]),
                one["note"],
            )
            for one in found.iter_rows(named=True)
        ],
        right=[0, 2],
    )


@ledger.command(help=both("撤销一次导入（留痕，不删数据）", "Take an import back; nothing is deleted"))
@click.argument("number", type=int)
@click.option("--note", required=True, help=both("为什么撤销", "why"))
@click.option("--yes", is_flag=True, help=both("不再询问", "do not ask"))
@click.pass_obj
def undo(context: Context, number: int, note: str, yes: bool) -> None:
    if not yes:
        click.confirm(both(f"撤销第 {number} 次导入？", f"Take import {number} back?"), abort=True)
    undo_import(context.workspace, number, who=context.who, when=context.now, note=note)
    say(
        f"第 {number} 次导入已撤销；它的数据仍可在历史中查到。",
        f"Import {number} is taken back; history keeps its rows.",
    )


ledger.add_command(review_identities)


@click.group(
    invoke_without_command=True,
    help=both("冻结台账，之后的评价都读这一份", "Freeze the ledger; evaluations read what was frozen"),
)
@click.option("--note", default="", help=both("说明", "note"))
@click.option("--list", "listed", is_flag=True, help=both("列出已有快照", "list the snapshots there are"))
@json_option
@click.pass_context
def snapshot(called: click.Context, note: str, listed: bool, as_json: bool) -> None:
    if called.invoked_subcommand:
        return
    context: Context = called.obj
    if listed:
        found = snapshots(context.workspace)
        records = [_snapshot_record(one) for one in found]
        if as_json:
            print_json(records)
            return
        print_table(
            [both("快照", "snapshot"), both("何时", "when"), both("行", "rows"), both("说明", "note")],
            [(one.id, moment(one.when), sum(table.rows for table in one.tables.values()), one.note) for one in found],
            right=[2],
        )
        return
    made = freeze(context.workspace, note=note, when=context.now)
    if as_json:
        print_json(_snapshot_record(made))
        return
    rows = sum(one.rows for one in made.tables.values())
    say(
        f"快照 {made.id}：{len(made.tables)} 张表、{rows} 行，内容指纹 {made.content[:16]}",
        f"Snapshot {made.id}: {len(made.tables)} tables, {rows} rows, content {made.content[:16]}",
    )


snapshot.add_command(export_snapshot)


def _snapshot_record(one: object) -> dict[str, object]:
    names = ("id", "content", "note", "when", "tables")
    return {name: getattr(one, name) for name in names}


def _import_record(one: object) -> dict[str, object]:
    left_out = ("columns",)
    return {name: getattr(one, name) for name in one.__dataclass_fields__ if name not in left_out}  # type: ignore[attr-defined]


def key_of(view: View, table: str, given: Sequence[str]) -> dict[str, Value]:
    """Return the key that a person wrote: values in the key's order, or column=value; a firm by any of its names."""
    columns = view.key(table)
    named = dict(word.split("=", 1) for word in given if word.split("=", 1)[0] in columns and "=" in word)
    rest = iter([word for word in given if not ("=" in word and word.split("=", 1)[0] in columns)])
    values = {column: named[column] if column in named else next(rest, None) for column in columns}
    if None in values.values() or next(rest, None) is not None:
        raise ProblemsError(
            [problem("CLI-009", Place(item=table), table=table, key="、".join(columns), given=len(given))]
        )
    schema = view.table(table).schema
    return {column: _typed(view, column, str(text), schema[column]) for column, text in values.items()}


def _typed(view: View, column: str, text: str, kind: pl.DataType) -> Value:
    wanted = {pl.Int64: ("整数", "a whole number"), pl.Date: ("日期，如 2023-12-31", "a date such as 2023-12-31")}
    try:
        if kind == pl.Int64:
            return int(text)
        if kind == pl.Date:
            return date.fromisoformat(text)
    except ValueError:
        zh, en = wanted[type(kind)]
        raise ProblemsError([problem("CLI-010", text=text, column=column, wanted_zh=zh, wanted_en=en)]) from None
    if column == "enterprise" and "enterprise" in view.tables:
        return find_subject(text, firm_names(view.table("enterprise")))
    return text


def firm_names(register: pl.DataFrame) -> dict[str, str]:
    """Return the name of every registered firm by its id."""
    names = register["name"] if "name" in register.columns else pl.Series([None] * register.height, dtype=pl.String)
    return dict(zip(register["enterprise"], names.fill_null(""), strict=True))


def _described(contract: TableContract | None, name: str) -> tuple[str]:
    if contract is None or name not in contract.column_names:
        return ("",)
    column = contract.column(name)
    return (pick(column.title, column.title_en),)


def _unit(contract: TableContract | None, name: str) -> str:
    if contract is None or name not in contract.column_names:
        return ""
    return unit_said(contract.column(name).unit, language())


def _shown(value: Value) -> str:
    if value is None:
        return both("未知", "unknown")
    return f"{value:.15g}" if isinstance(value, float) else str(value)
