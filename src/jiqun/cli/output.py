"""How results, tables and problems are printed: for a person, or as JSON for a machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from jiqun.cli.speech import LANGUAGE, both
from jiqun.problems import Problem
from jiqun.values import decimal_text

console = Console(highlight=False, soft_wrap=True)
_MARKS = {"error": "✗", "warning": "!", "notice": "·"}
_MOST = 30


def say(chinese: str, english: str) -> None:
    """Print one line in the language of this call."""
    click.echo(both(chinese, english))


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
    heads: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = (), title: str = ""
) -> None:
    """Print rows under heads; the columns named in `right` hold numbers."""
    laid = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for index, head in enumerate(heads):
        laid.add_column(head, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        laid.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(laid)


def problem_record(one: Problem) -> dict[str, str]:
    """Return a problem as a record for JSON."""
    return {
        "code": one.code,
        "severity": one.severity,
        "place": str(one.place),
        "what": one.what(LANGUAGE),
        "why": one.why(LANGUAGE),
        "fix": one.fix(LANGUAGE),
    }


def print_problems(problems: Sequence[Problem], most: int = _MOST) -> None:
    """Print problems on standard error, errors first, and say how many more there are."""
    ranked = sorted(problems, key=lambda one: list(_MARKS).index(one.severity))
    for one in ranked[:most]:
        click.echo(f"{_MARKS[one.severity]} {one.text(LANGUAGE)}", err=True)
    if len(ranked) > most:
        left = len(ranked) - most
        click.echo(both(f"  …另有 {left} 个问题", f"  … and {left} more"), err=True)
