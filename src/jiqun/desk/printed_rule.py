"""A printed rule taken apart into rows, and what one printed rule changes of another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jiqun.desk.drafts.law_changes import Changed
from jiqun.methods.wording.phrases import say
from jiqun.problems import Language

MARKS = ("complete", "partial", "illustrative")
_CELLS = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r"\|( *-+ *\|)+")


@dataclass(frozen=True)
class Row:
    """A row of a printed rule; `cells` are its columns other than name, clause and mark, as (head, text)."""

    section: str
    part: str
    name: str
    cells: tuple[tuple[str, str], ...]
    clause: str
    mark: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.section, self.part, self.name

    @property
    def text(self) -> str:
        """Everything it says, to be compared with another edition's."""
        return "；".join(text for _, text in self.cells if text)

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        return tuple((head, text) for head, text in self.cells if text)


@dataclass(frozen=True)
class Printed:
    """A printed rule: title, facts of its head, rows in order, and the doubts."""

    title: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    doubts: tuple[str, ...]

    def counted(self) -> Mapping[str, int]:
        """How many rows are in the document, inferred, illustrative."""
        return {mark: sum(one.mark == mark for one in self.rows) for mark in MARKS}


def taken_apart(text: str, language: Language) -> Printed:
    """Read the Markdown of a printed rule back into its parts."""
    title, section, part = "", "", ""
    head: list[str] = []
    facts: list[tuple[str, str]] = []
    rows: list[Row] = []
    doubts: list[str] = []
    passed = (say("rule.marks", language), say("rule.data", language))
    for line in text.splitlines():
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("## "):
            section, part, head = line[3:], "", []
        elif line.startswith("### "):
            part, head = line[4:], []
        elif not line.startswith("|"):
            head = []
            if section == say("rule.doubts", language) and line.strip():
                doubts.append(line.partition(". ")[2] or line)
            elif section not in ("", *passed) and line.startswith(("- ", "**")):
                rows += _listed(section, part, line, language)
        elif _RULER.fullmatch(line) or section in passed:
            continue
        elif not head:
            head = _cells(line)
        elif not section:
            facts.append((_cells(line)[0], _cells(line)[1]))
        else:
            rows.append(_row(section, part, head, _cells(line), language))
    return Printed(title, tuple(facts), tuple(rows), tuple(doubts))


def _cells(line: str) -> list[str]:
    return [one.strip().replace("\\|", "|") for one in _CELLS.split(line.strip())[1:-1]]


def _listed(section: str, part: str, line: str, language: Language) -> Iterator[Row]:
    if line.startswith("- "):
        name, _, text = line[2:].partition(say("colon", language))
        yield Row(section, part, name, (("", text or name),), "", "")


def _row(section: str, part: str, head: list[str], cells: list[str], language: Language) -> Row:
    clause, mark = say("rule.clause", language), say("rule.mark", language)
    marks = {say(f"mark.{one}", language): one for one in MARKS}
    named = dict(zip(head, cells, strict=False))
    others = tuple((one, text) for one, text in list(named.items())[1:] if one not in (clause, mark))
    return Row(section, part, cells[0], others, named.get(clause, ""), marks.get(named.get(mark, ""), ""))


# --- two editions


def differences(old: Printed, new: Printed) -> list[Changed]:
    """Say in words what a new edition changed, row by row, in the order of the new one; what it dropped comes last.

    Of a row that both have, only the cells that differ are said, with their column. Where a name stands in several
    parts of a section, such as the land tax of two populations, the part is said with it.
    """
    before, after = ({one.key: one for one in each.rows} for each in (old, new))
    parts: dict[tuple[str, str], set[str]] = {}
    for row in (*before.values(), *after.values()):
        parts.setdefault((row.section, row.name), set()).add(row.part)

    def named(row: Row) -> str:
        several = row.part and len(parts[row.section, row.name]) > 1
        return f"{row.part} · {row.name}" if several else row.name

    found = [
        Changed(row.section, named(row), *(_apart(before[key], row) if key in before else ("", row.text)))
        for key, row in after.items()
        if key not in before or before[key].text != row.text
    ]
    return found + [Changed(row.section, named(row), row.text, "") for key, row in before.items() if key not in after]


def _apart(old: Row, new: Row) -> tuple[str, str]:
    """Return what two rows of the same name say where they differ."""
    sides = (old, new)
    heads = list(dict.fromkeys(head for one in sides for head, _ in one.cells))
    cells = [dict(one.cells) for one in sides]
    apart = [head for head in heads if cells[0].get(head, "") != cells[1].get(head, "")]
    before, after = ("；".join(f"{head} {one[head]}".strip() for head in apart if one.get(head)) for one in cells)
    return (before, after) if apart else (old.text, new.text)
