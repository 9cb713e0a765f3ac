"""What a draft is made of: the object it is about, its document, and whatever is published together with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from jiqun.desk.context import Context
from jiqun.desk.drafts.rule_text import Said, head_of, with_head
from jiqun.desk.drafts.section_text import ClauseRow, Row, clause_rows, dated_rows, with_clauses, with_rows
from jiqun.packs import LawBook
from jiqun.packs.lawobject import EDITIONED, LawObject
from jiqun.problems import ProblemsError, problem

Files = Mapping[str, str]  # name within the draft → text
METHOD, DOCUMENT, PARAMETER = "method.yaml", "document.yaml", "parameter.yaml"
_OPEN = date(9999, 12, 31)


@dataclass(frozen=True)
class Basis:
    """The object a draft came from."""

    id: str
    edition: str
    kind: str = "method"

    @property
    def main(self) -> str:
        """The name within the draft of what it is about."""
        return f"{self.kind}.yaml"


@dataclass(frozen=True)
class Part:
    """One object of a draft: its name within the draft and what its head says."""

    name: str
    kind: str
    id: str
    edition: str
    title: str
    title_en: str


def parts(files: Files) -> list[Part]:
    """Return the objects of a draft in their order; of one that cannot be read, its name alone."""
    found = []
    for name, text in files.items():
        head = head_of(text)
        said = {key: str(head.get(key) or "") for key in ("kind", "id", "edition", "title", "title_en")}
        kind = said["kind"] if said["kind"].isalpha() or "_" in said["kind"] else kind_of(name)
        found.append(Part(name, kind, said["id"], said["edition"], said["title"] or name, said["title_en"] or name))
    return found


def kind_of(name: str) -> str:
    """Return the kind of object that a name within a draft stands for.

    >>> kind_of("method.yaml"), kind_of("parameters/huangyan.base.yaml")
    ('method', 'parameter')
    """
    folder, _, file = name.rpartition("/")
    return folder.removesuffix("s") if folder else file.removesuffix(".yaml")


def book_with(context: Context, kind: str, id: str) -> LawBook:
    """Return the law book an object stands in: the workspace's, else that of all packs at hand."""
    return context.book if context.book.has(kind, id) else context.everything


def text_of(context: Context, one: LawObject) -> str:
    """Return the file of an object as it stands."""
    book = context.book if one.pack in {pack.id for pack in context.book.packs} else context.everything
    folder = next(pack.folder for pack in book.packs if pack.id == one.pack)
    return (folder / one.source.file.partition("/")[2]).read_text("utf-8")


def digest_of(files: Files) -> str:
    """Return what tells one state of a draft from another."""
    return sha256(json.dumps(dict(files), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:20]


# --- copying


def copied(context: Context, basis: Basis, edition: str, begins: str, *, paper: bool = True) -> dict[str, str]:
    """Copy an object as a draft with an edition and a first day (yyyy-mm-dd) of its own.

    A rule bears the status it would be published with, so that what is tried is to the letter what is published:
    `trial` where numbers are illustrative, else `in_force`. With `paper` the draft has a document of its own, copied
    from the one it stands under; without, it corrects what is there under the document it has. DRAFT-001 where the
    edition is taken.
    """
    book = book_with(context, basis.kind, basis.id)
    _is_free(book, basis, edition)
    one = book.object(basis.kind, basis.id, basis.edition or None)
    if basis.kind == "document":
        text = text_of(context, one)
        return {DOCUMENT: _new_paper(text, one.id, edition, begins) if paper else with_head(text, {"edition": edition})}
    head: dict[str, Said] = {"edition": edition}
    if basis.kind == "method":
        status = "trial" if one.model.completeness == "illustrative" else "in_force"
        head |= {"status": status, **succession(book, basis.id, edition, begins)}
        if not head["supersedes"] and not one.model.supersedes:  # type: ignore[attr-defined]
            del head["supersedes"]
    files = {}
    document = one.model.document
    if paper and document and book.has("document", document):
        files[DOCUMENT] = _new_paper(text_of(context, book.object("document", document)), document, edition, begins)
        if basis.kind != "parameter":  # the values of earlier years stay under the document they stand in
            head["document"] = f"{document}-{edition}"
    elif paper:
        files[DOCUMENT] = _blank_paper(context, one, edition, begins)
        head |= {} if basis.kind in ("parameter", "example") else {"document": f"{one.id}-{edition}"}
    return {basis.main: with_head(text_of(context, one), head), **files}


def succession(book: LawBook, id: str, edition: str, begins: str) -> dict[str, Said]:
    """Return the head's days of an edition that begins on a day, and the editions that it takes over from.

    It supersedes those in force on its first day, unless a choice of edition tells them apart, and ends before one
    that begins later.
    """
    first = date.fromisoformat(begins)
    others = [one for one in book.methods_for(id=id) if one.edition != edition and one.status in ("in_force", "trial")]
    held = [one.edition or "" for one in others if book.days_in_force(one).covers(first)]
    held = [] if id in book.chosen_by_rule else held
    later = [one.in_force.from_ for one in others if one.in_force.from_ is not None and one.in_force.from_ > first]
    days = {"from": begins} | ({"to": (min(later) - timedelta(days=1)).isoformat()} if later else {})
    return {"in_force": days, "supersedes": held}


def _is_free(book: LawBook, basis: Basis, edition: str) -> None:
    taken = {one.model.edition for one in book.editions(basis.kind, basis.id)}
    if edition in taken or (basis.kind == "document" and book.has("document", f"{basis.id}-{edition}")):
        raise ProblemsError([problem("DRAFT-001", method=basis.id, edition=edition)])


def _new_paper(text: str, id: str, edition: str, begins: str) -> str:
    head: dict[str, str | Mapping[str, str]] = {
        "id": f"{id}-{edition}",
        "status": "in_force",
        "supersedes": id,
        # it is the region's own paper, and was read on none of the old pages
        "source": {"evidence": "O"},
    }
    if head_of(text).get("in_force"):
        head["in_force"] = {"from": begins}
    return with_head(text, head)


def _blank_paper(context: Context, one: LawObject, edition: str, begins: str) -> str:
    said = {
        "kind": "document", "id": f"{one.id}-{edition}", "title": one.model.title, "title_en": one.model.title_en,
        "status": "in_force", "completeness": "complete", "issuer": "—",
    }  # fmt: skip
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
    return "\n".join([*lines, f'in_force: {{from: "{begins}"}}', "source: {evidence: O}", "clauses: {}", ""])


def with_part(context: Context, files: Files, kind: str, id: str, edition: str) -> dict[str, str]:
    """Return a draft with one more object, copied as it stands; PACK-040 where there is none.

    What has no editions side by side gets that of the draft; a worked example becomes one of the draft's rule.
    """
    book = book_with(context, kind, id)
    one = book.object(kind, id)
    head: dict[str, str | Mapping[str, str]] = {} if kind == "document" else {"edition": edition}
    if kind == "example":
        head["method_edition"] = edition
    return {**files, f"{kind}s/{id}.yaml": with_head(text_of(context, one), head)}


def without_part(files: Files, name: str) -> dict[str, str]:
    """Return a draft without one of its objects."""
    return {one: text for one, text in files.items() if one != name}


# --- where the objects of a draft stand in the pack


def places(files: Files) -> dict[str, str]:
    """Return the file of each object in the published pack: by id, and by edition where editions stand side by side.

    So none overwrites another's edition, and a new state of what has no editions stands instead of the old one. An
    object whose head cannot be read stands under its own name, and its problems say why.
    """
    found = {}
    for name, text in files.items():
        head = head_of(text)
        id_, edition, kind = (str(head.get(key) or "") for key in ("id", "edition", "kind"))
        whole = "-".join(filter(None, (id_, edition if kind in EDITIONED else "")))
        safe = whole if whole and not whole.startswith(".") and not set(whole) & set('/\\\0<>:"|?*') else ""
        found[name] = f"{kind}s/{safe}.yaml" if safe and kind.replace("_", "").isalpha() else name
    return found


# --- numbers of the next year


def carried(rows: list[Row], year: int, begins: date, ends: date | None, document: str) -> list[Row]:
    """Return dated values with those of a year's end copied for a new span; what reached into it ends the day before.

    A series that has a value of its own for the first day of the span is left alone. A clause that names the year
    names the new one; the document is the draft's.
    """
    found: list[Row] = []
    for key in dict.fromkeys(row.key for row in rows):
        mine = [row for row in rows if row.key == key]
        source = _covering(mine, date(year, 12, 31))
        fresh = source is not None and not any(_first(row) == begins for row in mine)
        found += [_ended(row, begins) if fresh else row for row in mine]
        if fresh and source is not None:
            found.append(Row(key, _next(source.said, year, begins, ends, document)))
    return found


def _covering(rows: list[Row], day: date) -> Row | None:
    there = [row for row in rows if _first(row) <= day <= _last(row)]
    return max(there, key=lambda row: row.at("published"), default=None)


def _first(row: Row) -> date:
    return date.fromisoformat(row.at("from")) if row.at("from") else date.min


def _last(row: Row) -> date:
    return date.fromisoformat(row.at("to")) if row.at("to") else _OPEN


def _ended(row: Row, begins: date) -> Row:
    if not _first(row) < begins <= _last(row):
        return row
    return replace(row, said={**row.said, "to": (begins - timedelta(days=1)).isoformat()})


def _next(said: Mapping[str, str], year: int, begins: date, ends: date | None, document: str) -> dict[str, str]:
    clause = said.get("clause", "").replace(str(year), str(begins.year))
    told = {
        **said, "from": begins.isoformat(), "to": ends.isoformat() if ends else "", "document": document,
        "clause": clause, "published": "", "source": "",
    }  # fmt: skip
    return {key: text for key, text in told.items() if text}


def with_next_year(files: Files, name: str, year: int, begins: date, ends: date | None) -> dict[str, str]:
    """Return a draft whose parameter has last year's values copied for a new span, under the draft's document.

    Clauses that the document lacks are added to it by name, for their words to be written.
    """
    text = files[name]
    document = str(head_of(files.get(DOCUMENT, "")).get("id") or "")
    rows = carried(dated_rows(text), year, begins, ends, document)
    found = {**files, name: with_rows(text, rows)}
    if document:
        title = str(head_of(text).get("title") or name)
        found[DOCUMENT] = _with_clauses_of(files[DOCUMENT], rows, document, f"{title}，{begins} 起")
    return found


def _with_clauses_of(paper: str, rows: list[Row], document: str, words: str) -> str:
    there = clause_rows(paper)
    named = dict.fromkeys(row.at("clause") for row in rows if row.at("document") == document and row.at("clause"))
    lacking = [ClauseRow(one, "", words) for one in named if one not in {clause.id for clause in there}]
    return with_clauses(paper, [*there, *lacking])


def main_head(basis: Basis, files: Files) -> Mapping[str, Any]:
    """Return the head of what a draft is about; empty where it cannot be read."""
    return head_of(files.get(basis.main, ""))
