"""Tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Row = tuple[str, ...]


def table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Write a Markdown table; a bar or line break inside a cell is kept from ending it."""
    yield _line(head)
    yield _line(tuple("---" for _ in head))
    for row in rows:
        yield _line(row)


def _line(cells: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
