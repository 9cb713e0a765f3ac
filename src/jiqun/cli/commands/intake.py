"""`jiqun template` and `jiqun import`: forms out, files in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import click
from xlsxwriter.exceptions import XlsxWriterException

from jiqun.cli.output import json_option, print_json, print_problems, print_table, problem_record, progress, say
from jiqun.cli.speech import both, pick
from jiqun.desk.context import Context
from jiqun.desk.evaluating import find_method
from jiqun.desk.importing import Asked, Imported, bring_in, check
from jiqun.ledger.intake import Checked, ToldTotal
from jiqun.ledger.templates import write_template
from jiqun.methods.reads import tables_read
from jiqun.methods.wording.rule import newest_plan
from jiqun.packs import TableContract
from jiqun.problems import ProblemsError, problem
from jiqun.values import Period, decimal_text, half_up

_HOW = {"title": "列名", "alias": "别名", "told": "指定", "close": "近似"}


@click.command(help=both("生成填报模板（带说明、下拉、单位）", "Make a form: notes, drop-downs, units"))
@click.argument("table", required=False)
@click.option(
    "--method", default=None, help=both("一部办法要填的全部表，写进一个文件夹", "all forms of a rule, into a folder")
)
@click.option("--edition", default=None, help=both("办法的版本", "edition of the rule"))
@click.option("--output", "-o", type=click.Path(path_type=Path), default=None, help=both("写到哪里", "where to"))
@click.pass_obj
def template(context: Context, table: str | None, method: str | None, edition: str | None, output: Path | None) -> None:
    if (table is None) == (method is None):
        raise click.UsageError(
            both("请写一张表的编号，或用 --method 写一部办法。", "Name a table, or a rule with --method.")
        )
    if method is None:
        assert table is not None
        contract = context.contract(table)
        _write_form(contract, output or Path(_form_name(contract)))
        return
    rule = find_method(context, method if edition is None else f"{method}@{edition}")
    folder = output or Path(both(f"填报模板_{method}", f"templates_{method}"))
    for read in tables_read(newest_plan(rule.method, rule.book), rule.book):
        _write_form(read.contract, folder / _form_name(read.contract), makes_folder=True)


def _form_name(contract: TableContract) -> str:
    return both(f"填报模板_{contract.title}.xlsx", f"template_{contract.id}.xlsx")


def _write_form(contract: TableContract, path: Path, *, makes_folder: bool = False) -> None:
    try:
        if makes_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_template(contract, path)
    except (OSError, XlsxWriterException) as refused:
        detail = getattr(refused, "strerror", None) or refused
        raise ProblemsError([problem("CLI-007", file=path, detail=detail)]) from None
    say(f"填报模板已写入 {path}", f"Form written to {path}")


@click.command(
    "import", help=both("导入部门报表：核对、预览、入库", "Import a department's file: check, preview, commit")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--table", "-t", required=True, help=both("台账表", "table of the ledger"))
@click.option("--period", "-p", default=None, help=both("期间，如 2023", "period, such as 2023"))
@click.option("--sheet", default=None, help=both("工作表", "sheet"))
@click.option("--unit", "units", multiple=True, metavar="FIELD=UNIT", help=both("说明单位", "tell a unit"))
@click.option("--map", "maps", multiple=True, metavar="HEADER=FIELD", help=both("说明表头是哪一列", "tell a column"))
@click.option("--value", "values", multiple=True, metavar="FIELD=VALUE", help=both("全表同一个值", "one value for all"))
@click.option("--header-row", type=int, default=None, help=both("表头在第几行", "row of the header"))
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), default=None, help=both("日期次序", "order of dates"))
@click.option(
    "--midnight", type=click.Choice(["closes", "opens"]), default=None, help=both("零点属于", "00:00 belongs")
)
@click.option("--clears", multiple=True, metavar="FIELD", help=both("空白即清除的列", "columns whose blanks clear"))
@click.option("--corrects", type=int, default=None, help=both("更正第几次导入的退回行", "the import whose rows return"))
@click.option("--note", default="", help=both("说明", "note"))
@click.option(
    "--nothing", is_flag=True, help=both("零报告：本期一件也没有", "there is nothing of this period to report")
)
@click.option("--check", "only_check", is_flag=True, help=both("只核对，不写入", "check only, write nothing"))
@click.option("--yes", is_flag=True, help=both("不再询问", "do not ask"))
@json_option
@click.pass_obj
def import_file(
    context: Context,
    file: Path,
    table: str,
    period: str | None,
    sheet: str | None,
    units: tuple[str, ...],
    maps: tuple[str, ...],
    values: tuple[str, ...],
    header_row: int | None,
    dates: Literal["dmy", "mdy"] | None,
    midnight: Literal["closes", "opens"] | None,
    clears: tuple[str, ...],
    corrects: int | None,
    note: str,
    nothing: bool,
    only_check: bool,
    yes: bool,
    as_json: bool,
) -> None:
    _ = context.workspace  # a folder that is no workspace is said before anything else
    asked = Asked(
        file=file,
        table=table,
        period=period_of(period),
        sheet=sheet,
        units=pairs("--unit", units),
        mapping=_mapping(maps, context.contract(table).column_names),
        constants=pairs("--value", values),
        header_row=header_row,
        dates=dates,
        midnight=midnight,
        note=note,
        clears=clears,
        corrects=corrects,
        nothing=nothing,
    )
    with progress(2) as step:
        step(both("核对", "checking"))
        checked = check(context, asked)
        if not as_json:
            _print_preview(context, asked, checked)
        if only_check:
            imported = None
        else:
            if not yes and not as_json and sys.stdin.isatty():
                good = checked.good.height
                click.confirm(both(f"导入合格的 {good} 行？", f"Commit the {good} good rows?"), abort=True)
            step(both("入库", "committing"))
            imported = bring_in(context, asked, checked)
    if as_json:
        print_json(_record(checked, imported))
    else:
        _print_outcome(checked, imported)
    if not checked.bad.is_empty():
        click.get_current_context().exit(1)


def period_of(text: str | None) -> Period | None:
    """Read a period that a person wrote; wrong use where it is none."""
    try:
        return None if text is None else Period.parse(text)
    except ValueError:
        raise click.BadParameter(
            both(
                f"“{text}”不是期间：写 2023、2023-Q1、2023-03 或 2023-03-31",
                f"“{text}” is no period: write 2023, 2023-Q1, 2023-03 or 2023-03-31",
            ),
            param_hint="--period",
        ) from None


def pairs(option: str, words: Iterable[str]) -> dict[str, str]:
    """Read words written left=right; wrong use where one is not."""
    found = {}
    for word in words:
        left, equals, right = word.rpartition("=")
        if not equals or not left.strip() or not right.strip():
            raise click.BadParameter(
                both(f"“{word}”应写成 左=右", f"“{word}” must be written left=right"), param_hint=option
            )
        found[left.strip()] = right.strip()
    return found


def _mapping(words: Iterable[str], fields: Sequence[str]) -> dict[str, str]:
    """Return field → header; a person may write the two in either order."""
    told = pairs("--map", words).items()
    return dict((left, right) if left in fields and right not in fields else (right, left) for left, right in told)


def _print_preview(context: Context, asked: Asked, checked: Checked) -> None:
    contract, head = checked.contract, checked.header
    where = "!".join(part for part in (asked.file.name, checked.source.sheet or "") if part)
    title = pick(contract.title, contract.title_en, contract.id)
    say(
        f"{where} → {title}（{contract.id}）{asked.period or ''}",
        f"{where} → {title} ({contract.id}) {asked.period or ''}",
    )
    say(
        f"表头在第 {head.header_row} 行，数据从第 {head.data_row} 行起。",
        f"Header in row {head.header_row}, data from row {head.data_row}.",
    )
    print_table(
        [
            both("列", "col"),
            both("表头", "header"),
            both("字段", "field"),
            both("名称", "title"),
            both("单位", "unit"),
            both("依据", "by"),
        ],
        [
            (
                one.column,
                one.header,
                one.field,
                pick(contract.column(one.field).title, contract.column(one.field).title_en),
                _unit_words(one.unit_from, one.unit_to, decimal_text(one.factor), one.unit_assumed),
                both(_HOW[one.how], one.how),
            )
            for one in head.columns
        ],
        indent="  ",
    )
    if head.ignored:
        listed = "、".join(f"{one.column} {one.header or '—'}" for one in head.ignored)
        say(f"未读的列：{listed}", f"Columns not read: {listed}")
    _print_counts(checked)
    print_problems([*checked.problems, *checked.notices])


def _unit_words(before: str, after: str, factor: str, assumed: bool) -> str:
    said = after if before == after else f"{before} → {after} ×{factor}"
    return said + (both("（默认）", " (assumed)") if assumed else "")


def _print_counts(checked: Checked) -> None:
    found = checked.summary()
    say(
        f"数据 {found.rows} 行：合格 {found.good}，退回 {found.bad}，完全重复 {found.repeated}；"
        f"另有 {found.left_out} 行不是数据（合计、备注）。",
        f"{found.rows} rows: {found.good} good, {found.bad} to return, {found.repeated} exact repeats; "
        f"{found.left_out} more rows are no data (totals, remarks).",
    )
    if found.totals:
        print_table(
            ["", both("各行相加", "sum of rows"), "", both("折合", "in the ledger"), "", both("缺", "missing")],
            [
                (
                    pick(checked.contract.column(one.field).title, checked.contract.column(one.field).title_en),
                    _sum(one.stated),
                    one.unit_from,
                    _sum(one.converted),
                    one.unit_to,
                    one.missing,
                )
                for one in found.totals
            ],
            right=[1, 3, 5],
            indent="  ",
        )


def _sum(value: object) -> str:
    text = decimal_text(half_up(value, 6))  # type: ignore[arg-type]
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-").isdigit() and whole not in ("-0",) else text


def _print_outcome(checked: Checked, imported: Imported | None) -> None:
    if imported is None:
        say("只核对，什么也没有写入。", "Checked only; nothing was written.")
        return
    found = imported.committed
    print_problems(found.problems)
    if found.already:
        say(f"这个文件已在第 {found.number} 次导入。", f"This file is import {found.number} already.")
        return
    if not found.rows:
        say(
            f"第 {found.number} 次导入：零报告，本期无。",
            f"Import {found.number}: nothing to report of the period.",
        )
        return
    say(f"第 {found.number} 次导入：{found.rows} 行已入库。", f"Import {found.number}: {found.rows} rows committed.")
    if found.open_rows:
        say(
            f"其中 {found.open_rows} 行的企业待认领：jiqun ledger review",
            f"The firms of {found.open_rows} rows are open: jiqun ledger review",
        )
    if imported.return_file is not None:
        say(
            f"退回 {checked.bad.height} 行：{imported.return_file}；改正后 jiqun import … --corrects {found.number}",
            f"{checked.bad.height} rows to return: {imported.return_file}; "
            f"once corrected, jiqun import … --corrects {found.number}",
        )


def _record(checked: Checked, imported: Imported | None) -> dict[str, object]:
    counts = checked.summary()
    return {
        "table": checked.contract_name,
        "file": checked.source.path.name,
        "sha256": checked.source.sha256,
        "sheet": checked.source.sheet,
        "header": {"row": checked.header.header_row, "data_row": checked.header.data_row},
        "columns": [
            {
                "column": one.column,
                "header": one.header,
                "field": one.field,
                "unit_from": one.unit_from,
                "unit_to": one.unit_to,
                "factor": one.factor,
                "how": one.how,
            }
            for one in checked.header.columns
        ],
        "ignored": checked.header.ignored,
        "rows": {
            "all": counts.rows,
            "good": counts.good,
            "bad": counts.bad,
            "repeated": counts.repeated,
            "left_out": counts.left_out,
        },
        "totals": counts.totals,
        "stated_totals": [_stated(one) for one in counts.told],
        "changed_tenfold": counts.jumps,
        "problems": _records(checked.problems),
        "notices": _records(checked.notices),
        "committed": None if imported is None else _committed(imported),
    }


def _stated(one: ToldTotal) -> dict[str, object]:
    """A total that the file states, the exact sum of its rows and the difference; null where one is not known."""
    return {
        "field": one.field,
        "label": one.label,
        "cell": one.cell,
        "stated": one.told,
        "sum": one.summed,
        "difference": one.difference,
        "unit": one.unit,
        "rows": [one.first, one.last],
        "blank": one.blank,
        "unreadable": one.unreadable,
        "agrees": one.agrees,
    }


def _records(problems: Sequence[object]) -> list[dict[str, str]]:
    return [problem_record(one) for one in problems]  # type: ignore[arg-type]


def _committed(imported: Imported) -> dict[str, object]:
    found = imported.committed
    return {
        "import": found.number,
        "rows": found.rows,
        "open_rows": found.open_rows,
        "already": found.already,
        "return_file": imported.return_file,
        "problems": _records(found.problems),
    }
