"""How results, tables and problems are printed: for a person, or as JSON for a machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jiqun.cli.speech import both, language
from jiqun.desk.evaluating import STAGES, Step
from jiqun.problems import Problem
from jiqun.values import decimal_text

MARKS = {"error": "✗", "warning": "!", "notice": "·"}
_MOST = 30
_GAP = "  "
json_option = click.option(
    "--json", "as_json", is_flag=True, help=both("输出 JSON，供程序读取", "print JSON for a machine")
)


def say(chinese: str, english: str) -> None:
    """Print one line in the language of this call."""
    click.echo(both(chinese, english))


def moment(text: str) -> str:
    """Write a moment of the ledger or of a run as a clock here shows it; nothing stays nothing.

    >>> len(moment("2026-01-31T08:05:00+00:00"))
    16
    """
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M") if text else ""


def print_json(value: object) -> None:
    """Print a value as JSON, Chinese readable, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def _plain(value: Any) -> object:
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if hasattr(value, "items"):
        return dict(value.items())
    return str(value)


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: Sequence[int] = (),
    title: str = "",
    indent: str = "",
) -> None:
    """Print rows under heads, Chinese counted as two columns; the columns named in `right` hold numbers.

    Nothing is cut or folded: what is printed can be searched and piped.
    """
    laid = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(heads, *laid, strict=True)]
    if title:
        click.echo(f"{indent}{title}")
    for row in ([list(heads)] if any(heads) else []) + laid:
        cells = [_padded(cell, width, at in right) for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        click.echo(f"{indent}{_GAP.join(cells)}".rstrip())


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def problem_record(one: Problem) -> dict[str, str]:
    """Return a problem as a record for JSON."""
    return {
        "code": one.code,
        "severity": one.severity,
        "place": str(one.place),
        "what": one.what(language()),
        "why": one.why(language()),
        "fix": one.fix(language()),
    }


def print_problems(problems: Sequence[Problem], most: int = _MOST) -> None:
    """Print problems on standard error, errors first, and say how many more there are."""
    ranked = sorted(problems, key=lambda one: list(MARKS).index(one.severity))
    for one in ranked[:most]:
        click.echo(f"{MARKS[one.severity]} {one.text(language())}", err=True)
    if len(ranked) > most:
        left = len(ranked) - most
        click.echo(both(f"  …另有 {left} 个问题", f"  … and {left} more"), err=True)


def stage(step: Step) -> Step:
    """Return a step that is told the stage of an evaluation and names it in the language of this call."""
    return lambda begun: step(both(STAGES[begun], begun))


@contextmanager
def progress(total: int) -> Iterator[Step]:
    """Show how far a long work has come, on standard error and only on a terminal; each step is named as it begins."""
    if not sys.stderr.isatty():
        yield lambda title: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=total)
        begun: list[str] = []

        def step(title: str) -> None:
            if begun:
                shown.advance(task)
            begun.append(title)
            shown.update(task, description=escape(title))

        yield step
