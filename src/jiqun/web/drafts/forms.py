"""The forms of a draft: numbers of a rule, a document with its clauses, dated values of a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jiqun.desk.drafts.parts import DOCUMENT, METHOD, kind_of
from jiqun.desk.drafts.rule_text import NUMBER, Number, Said, head_of, numbers, with_head, with_numbers
from jiqun.desk.drafts.rule_words import rule_words, with_rule_words
from jiqun.desk.drafts.section_text import ClauseRow, Row, dated_rows, with_clauses, with_rows
from jiqun.problems import Language
from jiqun.web.drafts.state import State
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.refused import RefusedError

PAPER = ("number", "issuer", "issued", "effective", "title", "title_en")
SOURCE = ("url", "evidence")
STANDING = ("title", "title_en", "status", "completeness", "description")
_DAYS = ("issued", "effective")
_STANDINGS = {"status": ("trial", "in_force"), "completeness": ("illustrative", "partial", "complete")}
EVIDENCE = ("O", "R", "P", "W", "G", "M", "D")
VALUE = ("from", "to", "value", "unit", "clause", "document", "completeness", "reason")
_LONGEST = 2_000
WORDS: Mapping[str, tuple[str, str]] = {
    "scores": ("评分", "scores"), "totals": ("总分", "totals"), "grades": ("分档", "grades"),
    "moves": ("调档", "moves"), "weights": ("权重", "weights"), "weight": ("权重", "weight"),
    "cap_times": ("上限倍数", "cap, times weight"), "cap": ("上限", "cap"), "floor": ("下限", "floor"),
    "smallest": ("最小池（家）", "smallest pool"), "points": ("得分", "points"), "share": ("比例", "share"),
    "shares": ("比例", "share"), "times": ("倍数", "times"), "most": ("最多", "at most"), "least": ("最少", "at least"),
    "quota": ("名额", "quota"), "small_pool": ("小池", "small pool"), "all": ("全部", "all"), "bands": ("区间", "band"),
    "nodes": ("合成", "nodes"), "each": ("每次得分", "points each"), "every": ("每满", "for every"),
    "start": ("起始", "start"), "step": ("每名递减", "fewer each place"), "last": ("末名（%）", "last place, %"),
    "beyond": ("其余名次得分", "other places"), "below": ("差于下限的（%）", "below the lower end, %"),
    "best": ("取几项", "best so many"),
    "benchmarks": ("基准值的名称和条款", "benchmarks: titles and clauses"),
    "entitlements": ("档次带来什么：名称和条款", "what a grade brings: titles and clauses"),
    "from": ("起", "from"), "to": ("止", "to"), "places": ("名额", "places"),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A number of the form: its name, its label by parts, what it says and what the old edition says."""

    name: str
    group: str
    label: str
    value: str
    before: str


def fields(text: str, before: str, language: Language) -> list[Field]:
    """Return the numbers of a draft's rule that an officer changes, in the order of the rule."""
    old = {one.name: one.text for one in numbers(before)}
    titles = titles_of(text, language)
    found = []
    for one in numbers(text):
        parts = _label(one, titles, language)
        found.append(Field(one.name, parts[0], " · ".join(parts[1:]), one.text, old.get(one.name, "")))
    return found


@dataclass(frozen=True)
class Worded:
    """An entry of a rule that has words: its section, what it is called, and what it says by key."""

    group: str
    called: str
    fields: tuple[tuple[str, str, str], ...]  # name in the form, key, text


def worded(text: str, language: Language) -> list[Worded]:
    """Return the benchmarks and entitlements of a draft's rule with their titles and clauses."""
    at, found = (1 if language == "en" else 0), dict[tuple[str, str], list[tuple[str, str, str]]]()
    for one in rule_words(text):
        found.setdefault((one.section, one.entry), []).append((one.name, one.key, one.text))
    head = head_of(text)
    return [
        Worded(WORDS[section][at], _called(head, section, entry, language), tuple(lines))
        for (section, entry), lines in found.items()
    ]


def _called(head: Mapping[str, Any], section: str, entry: str, language: Language) -> str:
    """Name an entry; means of several indicators share a title, so theirs goes before it."""
    own = _entry(head, section, entry)
    over = own.get("statistic")
    measure = _entry(head, "measures", over.get("measure")) if isinstance(over, dict) else {}
    titles = (one.get("title_en" if language == "en" else "title", one.get("title")) for one in (measure, own))
    return " · ".join(str(one) for one in titles if one) or entry


def _entry(head: Mapping[str, Any], section: str, name: object) -> Mapping[str, Any]:
    part = head.get(section)
    found = part.get(name) if isinstance(part, dict) else None
    return found if isinstance(found, dict) else {}


def titles_of(text: str, language: Language) -> dict[str, str]:
    """Return name → title of everything that a rule gives a title."""
    found: dict[str, str] = {}
    for part in head_of(text).values():
        for name, entry in part.items() if isinstance(part, dict) else ():
            if isinstance(entry, dict) and "title" in entry:
                found.setdefault(str(name), str(entry.get("title_en" if language == "en" else "title", entry["title"])))
    return found


def _label(one: Number, titles: Mapping[str, str], language: Language) -> list[str]:
    at = 1 if language == "en" else 0
    said = [
        WORDS[str(part)][at]
        if str(part) in WORDS
        else titles.get(str(part), str(part + 1 if isinstance(part, int) else part))
        for part in one.route
        if part not in ("quota", "all")
    ]
    head = 2 if one.route[0] == "scores" and len(said) > 2 else 1
    return [" · ".join(said[:head]), *said[head:]]


# --- what a form says, back into the texts


def day(text: str, at: str) -> str:
    """Return a day as yyyy-mm-dd; refused where it is none, at the field that says it."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise RefusedError(
            f"请填日期，如 2026-01-01（现在是“{text[:20]}”）。",
            f"Give a day, such as 2026-01-01 (not “{text[:20]}”).",
            at=(at,),
        ) from None


def with_form(state: State, said: Mapping[str, str]) -> dict[str, str]:
    """Return a draft's files with the numbers, days, clauses and words of a form; refuses what is no number or day."""
    files = dict(state.files)
    changed = {name.removeprefix("n:"): value for name, value in said.items() if name.startswith("n:")}
    span = {name: said[name] for name in ("begins", "ends") if name in said}
    standing = {name.removeprefix("s:"): value for name, value in said.items() if name.startswith("s:")}
    worded = {name.removeprefix("w:"): value[:_LONGEST] for name, value in said.items() if name.startswith("w:")}
    if METHOD in files and (changed or span or standing or worded):
        rule = _rule(_sound(files[METHOD]), changed)
        rule = with_span(rule, said) if span else rule
        files[METHOD] = _worded(_standing(rule, standing), worded)
    paper = {name: said[name].strip()[:200] for name in PAPER if said.get(name, "").strip()}
    clauses = _numbered(said, "c")
    if DOCUMENT in files and (paper or clauses):
        files[DOCUMENT] = _sourced(_document(_sound(files[DOCUMENT]), paper, clauses), said)
    name = said.get("part", "")
    if name in files and kind_of(name) == "parameter":
        files[name] = with_rows(_sound(files[name]), _rows(files[name], _numbered(said, "r")))
    return files


def _sound(text: str) -> str:
    if not head_of(text):
        raise RefusedError(
            "全文里有错，请先在“改全文”里改正。", "The text cannot be read; mend it in the whole text first."
        )
    return text


def _rule(text: str, changed: Mapping[str, str]) -> str:
    known = {one.name for one in numbers(text)}
    wrong = tuple(name for name, value in changed.items() if name not in known or not NUMBER.fullmatch(value.strip()))
    if wrong:
        raise RefusedError(
            "这里要写数字，如 30 或 0.25。",
            "A number is wanted here, such as 30 or 0.25.",
            at=tuple(f"n:{one}" for one in wrong),
        )
    return with_numbers(text, changed)


def with_span(text: str, said: Mapping[str, str]) -> str:
    """Put from when and until when an edition is in force, and the editions that it takes over from, into its text."""
    head, before = head_of(text), head_of(text).get("in_force")
    old = {key: str(one) for key, one in before.items()} if isinstance(before, dict) else {}
    days = dict(old)
    for name, key in (("begins", "from"), ("ends", "to")):
        if name in said:
            days[key] = day(said[name], name) if said[name].strip() else ""
    if "from" in days and "to" in days and days["to"] and days["to"] < days["from"]:
        raise RefusedError("止日早于施行日期。", "The last day is before the first.", at=("ends",))
    new: dict[str, Said] = {"in_force": {key: one for key, one in days.items() if one}}
    if "ends" in said:  # the whole form: what is not ticked is not sent
        new["supersedes"] = [name.removeprefix("t:") for name in said if name.startswith("t:")]
    if new.get("supersedes") and not days.get("from"):
        raise RefusedError("接替旧版要写施行日期。", "An edition that takes over has a first day.", at=("begins",))
    was = {"in_force": old, "supersedes": takes_over_from(head)}
    return with_head(text, {key: one for key, one in new.items() if one != was[key]})


def takes_over_from(head: Mapping[str, Any]) -> list[str]:
    """Return the editions that the head of a rule says it takes over from."""
    said = head.get("supersedes") or []
    return [str(one) for one in said] if isinstance(said, list) else [str(said)]


def _standing(text: str, said: Mapping[str, str]) -> str:
    """Put a rule's name, its force, how fully it was read and what stays in doubt (one a line) into its text."""
    head: dict[str, Said] = {name: said[name].strip()[:_LONGEST] for name in STANDING if said.get(name, "").strip()}
    for name, choices in _STANDINGS.items():
        if name in head and head[name] not in choices:
            raise RefusedError(
                "请选状态和完整度。", "Choose the standing and how fully it was read.", at=(f"s:{name}",)
            )
    if (head.get("status"), head.get("completeness")) == ("in_force", "illustrative"):
        raise RefusedError(
            "数字还是示意的办法只能试行。全部照文件录入后，请把“照文件录入得怎样”改为完整或部分。",
            "A rule of illustrative numbers can only be on trial; say first that it was entered from the document.",
            at=("s:completeness", "s:status"),
        )
    if "doubts" in said:
        doubts = [one.strip()[:_LONGEST] for one in said["doubts"].splitlines() if one.strip()]
        head |= {"doubts": doubts} if doubts or head_of(text).get("doubts") else {}
    return with_head(text, {name: one for name, one in head.items() if head_of(text).get(name) != one})


def _worded(text: str, said: Mapping[str, str]) -> str:
    try:
        return with_rule_words(text, said)
    except ValueError as wrong:
        raise RefusedError(f"办法里没有这一项：{wrong}", f"The rule has no such entry: {wrong}") from None


def _sourced(text: str, said: Mapping[str, str]) -> str:
    """Put where a document's original is, and how it was read, into its text."""
    if said.get("evidence", "") not in EVIDENCE:
        return text
    source = {name: said.get(name, "").strip()[:_LONGEST] for name in SOURCE}
    before = head_of(text).get("source")
    told = {name: one for name, one in source.items() if one}
    return text if before == told else with_head(text, {"source": told})


def _document(text: str, paper: Mapping[str, str], clauses: Sequence[Mapping[str, str]]) -> str:
    text = with_head(text, {name: day(value, name) if name in _DAYS else value for name, value in paper.items()})
    if not clauses:
        return text
    rows: dict[str, ClauseRow] = {}
    for one in clauses:
        name, title, words = (one.get(each, "").strip() for each in ("id", "title", "text"))
        if one.get("remove") or not (name or title or words):
            continue
        line = f"c:{one['line']}"
        if not name:
            raise RefusedError("新条款还没有编号。", "The new clause has no number yet.", at=(f"{line}:id",))
        if not words:
            raise RefusedError(f"条款“{name}”还没有写内容。", f"Clause “{name}” has no text yet.", at=(f"{line}:text",))
        if name in rows:
            raise RefusedError(f"条款“{name}”写了两次。", f"Clause “{name}” stands twice.", at=(f"{line}:id",))
        rows[name] = ClauseRow(name[:80], title[:200], words[:_LONGEST])
    return with_clauses(text, list(rows.values()))


def _numbered(said: Mapping[str, str], mark: str) -> list[dict[str, str]]:
    """Return the lines of a table form: `<mark>:<line>:<column>`, in their order, each with the number of its line."""
    found: dict[int, dict[str, str]] = {}
    for name, value in said.items():
        part = name.split(":")
        if len(part) == 3 and part[0] == mark and whole_number(part[1]) is not None:
            found.setdefault(int(part[1]), {"line": part[1]})[part[2]] = value
    return [found[at] for at in sorted(found)]


def _rows(text: str, lines: Sequence[Mapping[str, str]]) -> list[Row]:
    """Return the dated values of a form, with what it does not show; a new line that is empty is left out."""
    old = {(row.key, str(row.index)): row for row in dated_rows(text)}
    found = []
    for one in lines:
        was = old.get((one.get("key", ""), one.get("index", "")))
        said = {name: one.get(name, "").strip()[:_LONGEST] for name in VALUE if name in one}
        if one.get("remove") or (was is None and not any(said[name] for name in said.keys() - {"completeness"})):
            continue
        line = f"r:{one['line']}"
        told = {
            **(was.said if was else {}),
            **said,
            **{name: day(said[name], f"{line}:{name}") for name in ("from", "to") if said.get(name)},
        }
        _is_value(told, f"{line}:value")
        said = {name: value for name, value in told.items() if value}
        found.append(Row(one.get("key", ""), said, was.index if was else None))
    return found


def _is_value(said: Mapping[str, str], at: str) -> None:
    if not (value := said.get("value", "")):
        raise RefusedError("请填数值。", "Give the value.", at=(at,))
    if not NUMBER.fullmatch(value):
        raise RefusedError(f"“{value[:30]}”不是数字。", f"“{value[:30]}” is no number.", at=(at,))
