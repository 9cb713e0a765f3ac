"""Filling-in templates (填报模板) made from the contracts: what is filled in properly is imported as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from jiqun.ledger.derived import worked_out
from jiqun.ledger.intake.excel_safety import is_risky
from jiqun.ledger.intake.header_report import is_needed
from jiqun.ledger.intake.raw import letter
from jiqun.ledger.intake.sheet_choice import NOTES_SHEET, OPTIONS_SHEET
from jiqun.packs.models.table import Column, TableContract
from jiqun.problems import Place, ProblemsError
from jiqun.values import Period, text_width

Codes = Mapping[str, Sequence[tuple[str, str]]]

_MADE = datetime(2000, 1, 1)  # a fixed creation date: the same contract gives the same bytes
_FIRST_ROW = 2
_A4 = 9  # the number Excel gives the paper
_COLUMNS_OF_A_PAGE = 10  # more would be printed too small to write into
_EMPTY_ROWS = 5_000
_LINES_OF_A_PAGE = 25
_LONGEST_LIST = 255
_SPOKEN = {
    "万kWh": "万千瓦时",
    "kWh": "千瓦时",
    "tce": "吨标准煤",
    "t": "吨",
    "kvarh": "千乏时",
    "tCO2": "吨CO2",
    "㎡": "平方米",
}
_DIGITS = re.compile(r"\\d\{(\d+(?:,\d+)?)\}")
_NOTES = ("字段", "英文名", "计量", "必填", "含义", "填写规则", "示例")
_NOTE_WIDTHS = (26, 26, 12, 8, 48, 48, 26)
_LINE = 15.0  # points


@dataclass(frozen=True)
class _Styles:
    title: Format
    needed: Format
    optional: Format
    text: Format
    quoted: Format
    day: Format
    moment: Format
    wrapped: Format
    ruled: Mapping[str, Format]

    @classmethod
    def of(cls, book: Workbook) -> _Styles:
        head = {
            "bold": True,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
            "bg_color": "#DDEBF7",
        }
        return cls(
            book.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"}),
            book.add_format({**head, "font_color": "#C00000"}),
            book.add_format(head),
            book.add_format({"num_format": "@"}),
            book.add_format({"num_format": "@", "quote_prefix": True}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            book.add_format({"text_wrap": True, "valign": "top"}),
            {
                kind: book.add_format(
                    {"border": 1, "border_color": "#A0A0A0", **({"num_format": form} if form else {})}
                )
                for kind, form in (("", ""), ("string", "@"), ("date", "yyyy-mm-dd"), ("datetime", "yyyy-mm-dd hh:mm"))
            },
        )


def write_template(
    contract: TableContract,
    to: Path,
    codes: Codes | None = None,
    *,
    rows: pl.DataFrame | None = None,
    period: Period | None = None,
) -> None:
    """Write an .xlsx template: headers with units, drop-downs, checks while typing, and a sheet that explains it.

    `codes` gives (code, name) lists by column; `rows` are rows to begin with, in canonical columns. A table that the
    ledger computes has no template (ProblemsError LEDGER-100).
    """
    if contract.derived:
        raise ProblemsError([worked_out(contract, Place(item=contract.id))])
    with xlsxwriter.Workbook(to, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _MADE, "title": contract.title})
        styles = _Styles.of(book)
        page = book.add_worksheet(_sheet_name(contract.title))
        _head(page, contract, styles, period)
        _explain(book.add_worksheet(NOTES_SHEET), contract, codes or {}, styles)
        lists = _lists(book, contract, codes or {}, styles)
        last = _FIRST_ROW + _EMPTY_ROWS + (rows.height if rows is not None else 0)
        for index, field in enumerate(contract.fields):
            rule = _rule(field, lists.get(field.name))
            if rule:
                page.data_validation(_FIRST_ROW, index, last, index, rule)
        if rows is not None:
            _fill(page, contract, rows, styles)
        _rule_lines(page, contract, styles, _FIRST_ROW + (rows.height if rows is not None else 0))


def _rule_lines(page: Worksheet, contract: TableContract, styles: _Styles, first: int) -> None:
    """Draw empty lines below the head, so that a template that is printed can be filled in by hand."""
    for row in range(first, first + _LINES_OF_A_PAGE):
        for index, field in enumerate(contract.fields):
            page.write_blank(row, index, None, styles.ruled.get(field.type, styles.ruled[""]))


def _sheet_name(title: str) -> str:
    return "".join(one for one in title if one not in "[]:*?/\\")[:31]


def header_of(field: Column) -> str:
    """Return the header of a field as the template writes it, its unit in brackets."""
    return f"{field.title}（{spoken_unit(field)}）" if field.unit and field.unit != "1" else field.title


def spoken_unit(field: Column) -> str:
    """Name the unit of a field as departments say it."""
    return _SPOKEN.get(field.unit or "", field.unit or "")


def _head(page: Worksheet, contract: TableContract, styles: _Styles, period: Period | None) -> None:
    when = f"（{period}年）" if period is not None and period.kind == "year" else f"（{period}）" if period else ""
    title = f"{contract.title}填报表{when}"
    if len(contract.fields) > 1:  # no wider than the first of several pages
        page.merge_range(0, 0, 0, min(len(contract.fields), _COLUMNS_OF_A_PAGE) - 1, title, styles.title)
    else:
        page.write_string(0, 0, title, styles.title)
    page.set_row(0, 26)
    page.set_row(1, 34)
    for index, field in enumerate(contract.fields):
        header = header_of(field)
        page.write_string(1, index, header, styles.needed if is_needed(field, contract) else styles.optional)
        style = {"string": styles.text, "date": styles.day, "datetime": styles.moment}.get(field.type)
        page.set_column(index, index, max(12, min(30, 2 * len(header) + 2)), style)
    page.freeze_panes(_FIRST_ROW, min(2, len(contract.fields)))
    page.set_landscape()
    page.set_paper(_A4)
    pages = -(-len(contract.fields) // _COLUMNS_OF_A_PAGE)
    page.fit_to_pages(pages, 0)
    if pages > 1:  # side by side, each with what the rows are about
        page.print_across()
        page.repeat_columns(0, 1)
    page.repeat_rows(0, _FIRST_ROW - 1)
    page.set_footer("&L&A&R&P / &N")


def _explain(page: Worksheet, contract: TableContract, codes: Codes, styles: _Styles) -> None:
    for column, (text, width) in enumerate(zip(_NOTES, _NOTE_WIDTHS, strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, text, styles.optional)
    for row, field in enumerate(contract.fields, start=1):
        needed = "是" if is_needed(field, contract) else ""
        texts = (field.title, field.title_en, spoken_unit(field), needed, field.description or "")
        said = (*texts, _rule_text(field, codes), field.example or "")
        for column, text in enumerate(said):
            page.write_string(row, column, text, styles.wrapped)
        page.set_row(row, _LINE * max(map(_lines, said, _NOTE_WIDTHS)))
    missing = "、".join(word for word in contract.missing_values if word)
    notes = (
        contract.description or "",
        "没有数据的请留空" + (f"，或写：{missing}" if missing else "") + "。没有数据不等于 0。",
        "表头中的计量单位不要改；如数据用别的单位，请改表头括号里的单位。",
    )
    for offset, text in enumerate(notes, start=len(contract.fields) + 2):
        page.merge_range(offset, 0, offset, len(_NOTES) - 1, text, styles.wrapped)
        page.set_row(offset, _LINE * _lines(text, sum(_NOTE_WIDTHS)))
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&R&P / &N")


def _lines(text: str, width: int) -> int:
    """Count the lines of a text in a cell of so many signs; only Excel itself finds the height when it opens a file."""
    return max(1, -(-text_width(text) // (width - 2)))


def _rule_text(field: Column, codes: Codes) -> str:
    limits = field.constraints
    parts = ["从下拉列表选：" + "、".join(_choices(field))] if _choices(field) else []
    if field.name in codes:
        parts.append("填代码，可选的代码见下拉列表。")
    if field.format == "uscc":
        parts.append("18 位，按文本填写。")
    if field.type in ("date", "datetime"):
        parts.append("写成 2024-01-31 的样子。" if field.type == "date" else "写成 2024-01-31 08:15 的样子。")
    if limits.minimum is not None:
        parts.append(f"不小于 {limits.minimum}。")
    if limits.maximum is not None:
        parts.append(f"不大于 {limits.maximum}。")
    if limits.pattern:
        parts.append(_pattern_text(limits.pattern))
    if field.delimiter:
        parts.append(f"多项用“{field.delimiter}”隔开。")
    if field.alone:
        parts.append("".join(f"“{one}”只能单独填。" for one in field.alone))
    return "".join(parts)


def _pattern_text(pattern: str) -> str:
    """Say what a pattern asks for; most ask for so many digits.

    >>> _pattern_text(r"\\d{4}"), _pattern_text(r"\\d{6,10}"), _pattern_text(r"\\d{4}-\\d{2}")
    ('4 位数字。', '6~10 位数字。', '4 位数字-2 位数字。')
    """
    said = _DIGITS.sub(lambda found: found[1].replace(",", "~") + " 位数字", pattern)
    return f"{said}。" if not set(said) & set("\\[](){}*+?|") else f"格式：{pattern}"


def _choices(field: Column) -> tuple[str, ...]:
    if field.type == "boolean":
        return ("是", "否")
    if field.delimiter:  # a list to choose one from would refuse a cell with several
        return ()
    return tuple(one.title for one in field.categories) or field.constraints.enum


def _lists(book: Workbook, contract: TableContract, codes: Codes, styles: _Styles) -> dict[str, str]:
    """Put the long lists on a hidden sheet and return where each stands."""
    long = {one.name: tuple((text, "") for text in _choices(one)) for one in contract.fields if _is_long(_choices(one))}
    wanted = {
        **long,
        **{name: tuple(items) for name, items in codes.items() if name in contract.column_names and items},
    }
    if not wanted:
        return {}
    page = book.add_worksheet(OPTIONS_SHEET)
    page.hide()
    places: dict[str, str] = {}
    for index, (name, items) in enumerate(wanted.items()):
        for row, (code, title) in enumerate(items):
            page.write_string(row, 2 * index, code, styles.text)
            page.write_string(row, 2 * index + 1, title, styles.text)
        column = letter(2 * index)
        places[name] = f"={OPTIONS_SHEET}!${column}$1:${column}${len(items)}"
    return places


def _is_long(choices: Sequence[str]) -> bool:
    return len(",".join(choices)) > _LONGEST_LIST


def _rule(field: Column, listed: str | None) -> dict[str, object] | None:
    choices = _choices(field)
    common: dict[str, object] = {"ignore_blank": True, "error_title": field.title[:32]}
    if listed or choices:
        return {
            **common,
            "validate": "list",
            "source": listed or list(choices),
            "error_message": "请从下拉列表中选择。",
        }
    limits = field.constraints
    if field.type in ("integer", "number"):
        low, high = limits.minimum, limits.maximum
        kind = "integer" if field.type == "integer" else "decimal"
        bounds = {"minimum": float(low or -1e15), "maximum": float(high or 1e15)}
        unit = f"（{spoken_unit(field)}）" if field.unit else ""
        message = f"应为数字{unit}。"
        return {
            **common,
            "validate": kind,
            "criteria": "between",
            **bounds,
            "error_type": "warning",
            "error_message": message,
        }
    if field.type in ("date", "datetime"):
        day = {"validate": "date", "criteria": "between", "minimum": date(1900, 1, 1), "maximum": date(2199, 12, 31)}
        return {**common, **day, "error_type": "warning", "error_message": "请写成 2024-01-31 的样子。"}
    return None


def _fill(page: Worksheet, contract: TableContract, rows: pl.DataFrame, styles: _Styles) -> None:
    for index, field in enumerate(contract.fields):
        if field.name not in rows.columns:
            continue
        titles = {one.value: one.title for one in field.categories}
        for row, value in enumerate(rows[field.name], start=_FIRST_ROW):
            _write(page, row, index, titles.get(value, value), styles)


def _write(page: Worksheet, row: int, column: int, value: object, styles: _Styles) -> None:
    if isinstance(value, bool):
        page.write_string(row, column, "是" if value else "否", styles.text)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, styles.moment)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), styles.day)
    elif value is not None:
        text = str(value)
        page.write_string(row, column, text, styles.quoted if is_risky(text) else styles.text)
