"""What the pages of drafts read: what a draft changes in words, which rules it touches, whom a try moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jiqun.desk.drafts.check import touched
from jiqun.desk.drafts.drafting import draft_context
from jiqun.desk.drafts.law_changes import KINDS, Changed, changes, paper_titles, standing_changes
from jiqun.desk.drafts.parameter_uses import parameters_of, series_titles
from jiqun.desk.drafts.parts import Part, book_with, parts
from jiqun.desk.printed_rule import differences
from jiqun.methods.wording.phrases import say
from jiqun.packs import LawBook, Parameter
from jiqun.packs.models import Document, Header
from jiqun.problems import Language
from jiqun.web.drafts.state import State
from jiqun.web.jobs.models import OPEN, Job
from jiqun.web.land import compared
from jiqun.web.people.scope import Scope
from jiqun.web.region import region, run_of
from jiqun.web.rules.printed import print_rule
from jiqun.web.shell.language import both, spoken

TRY = "drafts.try"  # the kind of a trial's job
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def title_of(kind: str, id_: str, edition: str = "") -> str:
    """Return the title of an object of the law in the language of the page; its id where the law does not have it."""
    book = book_with(region(), kind, id_)
    if not book.has(kind, id_):
        return id_
    editions = [one.model for one in book.editions(kind, id_)]
    model = next((one for one in editions if edition and one.edition == edition), editions[-1])
    return both(model.title, model.title_en)


def draft_title(state: State) -> str:
    """Return the title of what a draft is about as the draft says it, else that of the object it came from."""
    main = next((one for one in parts(state.files) if one.name == state.basis.main), None)
    if main is None or main.title == main.name:  # it cannot be read
        return title_of(state.basis.kind, state.basis.id, state.basis.edition)
    return both(main.title, main.title_en)


def kind_title(kind: str) -> str:
    return both(*KINDS[kind]) if kind in KINDS else kind


def trials_under_way() -> set[int]:
    """Return the numbers of the drafts that are being tried, or wait for it."""
    return set(Job.objects.filter(kind=TRY, state__in=OPEN).values_list("arguments__draft", flat=True))


def last_trial(state: State) -> Job | None:
    """Return the newest trial of what the draft says now, where it is not done: under way, or it failed."""
    found = Job.objects.filter(kind=TRY, arguments__draft=state.draft.pk, arguments__digest=state.digest).first()
    return found if found is not None and found.state != "done" else None


# --- what a draft changes


def changes_of(state: State) -> dict[str, list[dict[str, str]]]:
    """Return what a sound draft changes of the law, object by object and line by line, in both languages."""
    after = draft_context(region(), state.basis, state.files).book
    return {
        language: [
            {"object": _named(one, language), **vars(each)}
            for one in parts(state.files)
            for each in _changes(state, one, after, language)
        ]
        for language in LANGUAGES
    }


def _named(one: Part, language: Language) -> str:
    zh = language == "zh"
    kind = KINDS[one.kind][0 if zh else 1] if one.kind in KINDS else one.kind
    return f"{kind}：{one.title}" if zh else f"{kind}: {one.title_en}"


def _changes(state: State, one: Part, after: LawBook, language: Language) -> list[Changed]:
    book = book_with(region(), one.kind, state.basis.id if one.name == state.basis.main else one.id)
    new = after.get(one.kind, one.id, one.edition or None)
    old = _before(state, one, book, new)
    if one.kind == "method":
        rule = after.method(one.id, one.edition or None)
        was = book.method(state.basis.id, state.basis.edition or None)
        computed = differences(print_rule(was, book, language), print_rule(rule, after, language))
        return [*standing_changes(was, rule, language), *computed]
    titles = series_titles(after, new, language) if isinstance(new, Parameter) else {}
    return changes(old, new, language, {**paper_titles(after, language), **titles})


def _before(state: State, one: Part, book: LawBook, new: Header) -> Header | None:
    """The object that a part of a draft stands instead of: what it was copied from, or the document it supersedes."""
    if one.name == state.basis.main:
        return book.get(state.basis.kind, state.basis.id, state.basis.edition or None)
    if isinstance(new, Document) and new.supersedes and region().everything.has("document", new.supersedes[0]):
        return region().everything.document(new.supersedes[0])
    if not book.has(one.kind, one.id):
        return None
    return book.get(one.kind, one.id)


def other_editions(state: State) -> list[tuple[str, str]]:
    """Return the editions that a draft's rule has beside it, the newest first, each with its standing and first day."""
    book = book_with(region(), "method", state.basis.id)
    rules = [one.model for one in reversed(book.editions("method", state.basis.id))]
    found = []
    for one in rules:
        if one.edition != state.draft.edition and one.status in ("in_force", "trial"):
            name, force, first = one.edition or "—", say(f"lifecycle.{one.status}", spoken()), one.in_force.from_ or "…"
            words = both(f"{name} 版（{force}，{first} 起）", f"edition {name} ({force}, from {first})")
            found.append((one.edition or "", words))
    return found


def touched_by(state: State) -> list[dict[str, str]]:
    """Return the rules that read a parameter of a sound draft, or rest on what else it changes."""
    after = draft_context(region(), state.basis, state.files).book
    own = {(one.id, one.edition) for one in parts(state.files) if one.kind == "method"}
    return [
        {"id": one.id, "edition": one.edition or "", "zh": one.title, "en": one.title_en}
        for one in touched(after, state.files)
        if (one.id, one.edition or "") not in own
    ]


def read_by_rule(state: State) -> list[tuple[str, str]]:
    """Return the parameters, as id and title, that a draft's rule reads and the draft does not have yet."""
    if state.basis.kind != "method":
        return []
    book = book_with(region(), "method", state.basis.id)
    rule = book.method(state.basis.id, state.basis.edition or None)
    read, there = set(parameters_of(rule, book)), {one.id for one in parts(state.files)}
    return [
        (one.id, both(one.model.title, one.model.title_en))
        for one in book.objects("parameter")
        if isinstance(one.model, Parameter) and one.id not in there and read & set(one.model.series())
    ]


def numbered(
    text: str, problems: Sequence[Mapping[str, Any]], file: str
) -> list[tuple[int, str, list[Mapping[str, Any]]]]:
    """Return the lines of a text near a problem, with what is wrong there."""
    lines = text.splitlines()
    found: dict[int, list[Mapping[str, Any]]] = {}
    for one in problems:
        if file == (one.get("file") or "").partition("/")[2]:
            found.setdefault(int(one.get("line") or 1), []).append(one)
    return [(at, lines[at - 1] if at <= len(lines) else "", found[at]) for at in sorted(found)]


# --- whom a try moves


def moves(tried: Mapping[str, Any] | None, scope: Scope) -> dict[str, Any] | None:
    """Who moves, within the scope of the reader; None before a try."""
    if tried is None:
        return None
    before, after = tried["before"], tried["after"]
    frame = compared.rows(before, after, scope)
    if frame is None:
        return None
    grades = list(dict.fromkeys(n for one in run_of(after).plan.method.grades.values() for n in one.classes))
    counted = compared.directions(frame)
    return {
        "before": before, "after": after, "period": tried["period"], "numbers": tried.get("numbers"),
        "stood_in": tried.get("stood_in"), "matrix": compared.matrix(frame, grades), "up": counted["up"],
        "down": counted["down"], "same": counted["same"], "firms": frame.height, "grades": bool(grades),
        "scores": _scores(frame),
        "method": title_of("method", str(tried.get("method") or "")),
    }  # fmt: skip


def _scores(frame: Any) -> tuple[int, int]:
    """Count the firms whose total rises and falls; those without a total in both count in neither."""
    pairs = [
        (float(was.replace(",", "")), float(now.replace(",", "")))
        for was, now in frame.select("total_before", "total_after").iter_rows()
        if was is not None and now is not None
    ]
    return sum(now > was for was, now in pairs), sum(now < was for was, now in pairs)
