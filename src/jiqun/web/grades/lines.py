"""The two business lines and the rules that belong to them: told by the tables a rule reads, so that packs may add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jiqun.methods.reads import tables_of
from jiqun.packs import LawBook, Method
from jiqun.packs.lawobject import LawObject
from jiqun.web.kept import kept
from jiqun.web.region import region


@dataclass(frozen=True)
class Line:
    """A business line, and the tables whose rules are its own."""

    id: str
    title: str
    title_en: str
    question: str
    question_en: str
    tables: frozenset[str]


LINES: Final[Mapping[str, Line]] = {
    one.id: one
    for one in (
        Line(
            "green",
            "绿色等级",
            "Green grades",
            "谁够绿，还有哪些没评？",
            "Who is green, and what was not evaluated yet?",
            frozenset(
                {
                    *("carbon_year", "product_energy", "green_factory", "beautiful_factory"),
                    *("performance_dimension", "energy_target", "green_park"),
                }
            ),
        ),
        Line(
            "digital",
            "数字化等级",
            "Digital grades",
            "谁数字化到了几级，还有哪些没评？",
            "How digital are the firms, and what was not evaluated yet?",
            frozenset({"sme_digital", "maturity_assessment", "smart_factory", "future_factory"}),
        ),
    )
}


def own_table(method: Method) -> str:
    """Return the table of its line that a rule cannot do without."""
    for line in LINES.values():
        for one in tables_of(method):
            if one in line.tables:
                return one
    return method.evaluates.table


def line_of(method: Method) -> str:
    """Return the line a rule belongs to; '' for one of another business line."""
    read = {method.evaluates.table, *(name for name in tables_of(method) if _is_column(method, name))}
    return next((id_ for id_, line in LINES.items() if read & line.tables), "")


def _is_column(method: Method, table: str) -> bool:
    return any((one.column or "").startswith(f"{table}.") for one in method.inputs.values())


def line_of_id(id_: str) -> str:
    """Return the line of a rule by its id; '' where no pack has it."""
    return _lines(region().everything).get(id_, "")


@kept(8)
def _lines(book: LawBook) -> Mapping[str, str]:
    return {one.id: line_of(one.model) for one in book.objects("method") if isinstance(one.model, Method)}


def rules(line: str) -> Iterator[LawObject]:
    """Go through a line's yearly rules, the edition in force of each: the region's own first, then other places'."""
    here, everywhere = region().book, region().everything
    own = sorted(
        (id_ for id_, of in _lines(everywhere).items() if of == line), key=lambda id_: not here.has("method", id_)
    )
    for id_ in own:
        book = here if here.has("method", id_) else everywhere
        found = book.object("method", id_)
        if isinstance(found.model, Method) and found.model.evaluates.per == "year" and found.model.grades:
            yield found
