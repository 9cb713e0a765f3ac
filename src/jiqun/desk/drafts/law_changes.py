"""What a new state of an object of the law changes, in words: dated numbers, documents and clauses, everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from jiqun.methods.wording.numbers import number_text
from jiqun.methods.wording.phrases import listed, say
from jiqun.packs import LawBook
from jiqun.packs.models import Clause, Dated, Document, Header, Method, Parameter
from jiqun.packs.models.parameter import Sense
from jiqun.problems import Language
from jiqun.values import exact, half_up, unit_said

KINDS: Mapping[str, tuple[str, str]] = {
    "method": ("办法", "Rule"),
    "parameter": ("参数", "Numbers by year"),
    "document": ("文件", "Document"),
    "ladder": ("梯度", "Ladder"),
    "edition_rule": ("版本选用", "Choice of edition"),
    "table": ("台账表", "Ledger table"),
    "taxonomy": ("分类", "Classification"),
    "example": ("算例", "Worked example"),
    "calendar": ("工作日历", "Working calendar"),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("标题", "title"), "title_en": ("英文标题", "English title"), "edition": ("版本", "edition"),
    "status": ("状态", "status"), "completeness": ("完整度", "completeness"), "in_force": ("施行", "in force"),
    "document": ("依据文件", "document"), "clause": ("条款", "clause"), "doubts": ("疑义", "doubts"),
    "description": ("说明", "description"), "number": ("文号", "number"), "issuer": ("发文单位", "issuer"),
    "issued": ("成文日期", "issued"), "effective": ("生效日期", "effective"), "supersedes": ("接替", "supersedes"),
    "source": ("出处", "source"), "clauses": ("条款", "clauses"), "values": ("数值", "values"),
    "table": ("数值", "values"), "unit": ("单位", "unit"), "role": ("用途", "role"), "measure": ("口径", "measure"),
    "scope": ("范围", "scope"), "of": ("键的分类", "keys"), "adds_up_to": ("合计应为", "adds up to"),
    "from": ("起", "from"), "to": ("止", "to"), "reason": ("说明", "reason"), "text": ("内容", "text"),
    "url": ("网址", "address"), "page": ("页", "page"), "retrieved": ("读取日期", "retrieved"),
    "evidence": ("证据等级", "evidence"), "titles": ("称号", "titles"), "rungs": ("级", "rungs"),
    "fields": ("列", "columns"), "checks": ("校验", "checks"), "primaryKey": ("主键", "primary key"),
    "foreignKeys": ("外键", "foreign keys"), "aliases": ("别名", "aliases"), "names": ("名称", "names"),
    "validity": ("有效期", "validity"), "updates": ("年度更新", "updates"), "barred": ("限制再报", "barred"),
    "years": ("年数", "years"), "choices": ("选用", "choices"), "where": ("条件", "condition"), "use": ("办法", "rule"),
    "expected": ("应得", "expected"), "tables": ("台账数据", "rows"), "codes": ("代码", "codes"),
    "holidays": ("放假", "holidays"), "worked": ("调休上班", "worked"), "type": ("类型", "type"),
    "constraints": ("约束", "constraints"), "sensitivity": ("敏感级", "sensitivity"), "digits": ("小数位", "digits"),
    "least_coverage": ("最低掌握度", "least coverage"), "method": ("办法", "rule"), "rule": ("办法", "rule"),
}  # fmt: skip
_HEAD = ("title", "title_en", "edition", "status", "completeness", "in_force", "document", "clause", "description")
_STANDING = ("title", "title_en", "in_force", "supersedes", "status", "completeness", "description", "doubts")
_REFERS = ("document", "supersedes")  # what says the ids of documents, or editions
_NAMED_BY = ("name", "id", "code", "value", "title")


@dataclass(frozen=True)
class Changed:
    """One thing that changed: the part of the object, what it is, what was said and what is said now."""

    section: str
    name: str
    before: str
    after: str


SENSES: Mapping[Sense, tuple[str, str]] = {
    "exactly": ("", ""),
    "about": ("约", "about"),
    "at_least": ("不低于", "at least"),
    "more_than": ("高于", "more than"),
    "at_most": ("不高于", "at most"),
    "less_than": ("低于", "less than"),
}


def word(key: str, language: Language) -> str:
    """Return what a key is called on screen; itself where it has no word of its own."""
    return _WORDS[key][0 if language == "zh" else 1] if key in _WORDS else key


def changes(
    old: Header | None, new: Header, language: Language, titles: Mapping[str, str] | None = None
) -> list[Changed]:
    """Say in words what an object changes of the one it came from; of a new one, everything that it says.

    `titles` are those of a parameter's series, by key, and of documents, by id.
    """
    named = titles or {}
    if isinstance(new, Parameter) and (old is None or isinstance(old, Parameter)):
        return [*_head(old, new, language, named), *_numbers(old, new, language, named)]
    if isinstance(new, Document) and (old is None or isinstance(old, Document)):
        return [*_paper(old, new, language, named), *_clauses(old, new, language)]
    return list(_anything(old, new, language))


def paper_titles(book: LawBook, language: Language) -> dict[str, str]:
    """Return what each document of a law book is called, with its number, by its id."""
    return {
        id_: " ".join(filter(None, (one.title if language == "zh" else one.title_en, one.number)))
        for id_, one in book.documents.items()
    }


# --- dated numbers


def _numbers(old: Parameter | None, new: Parameter, language: Language, titles: Mapping[str, str]) -> Iterator[Changed]:
    series = ({} if old is None else old.series(), new.series())
    own = new.title if language == "zh" else new.title_en
    for id_ in dict.fromkeys([*series[1], *series[0]]):
        before, after = ({_span(one): one for one in each.get(id_, ())} for each in series)
        key = id_.removeprefix(f"{new.id}.") if new.table is not None else ""
        title = titles.get(key) or key or own
        for span in dict.fromkeys([*after, *before]):
            told = [_value(each.get(span), new, language, titles) for each in (before, after)]
            if told[0] != told[1]:
                more = _against(before, after, span, new, language)
                yield Changed(title, _days(span, language), told[0], told[1] + more)


def _span(one: Dated) -> tuple[str, str]:
    """A value is the same one from edition to edition by its first day (and vintage); its last day may move."""
    return (one.from_.isoformat() if one.from_ else ""), (one.published.isoformat() if one.published else "")


def _days(span: tuple[str, str], language: Language) -> str:
    begins, published = span
    said = (f"{begins} 起" if language == "zh" else f"from {begins}") if begins else word("values", language)
    if not published:
        return said
    return f"{said}（{published} 公布）" if language == "zh" else f"{said} (published {published})"


def _value(one: Dated | None, parameter: Parameter, language: Language, titles: Mapping[str, str]) -> str:
    if one is None:
        return ""
    unit = one.unit or parameter.unit or ""
    ends = "" if one.to is None else (f"至 {one.to}" if language == "zh" else f"to {one.to}")
    mark = say(f"completeness.{one.completeness}", language) if one.completeness else ""
    notes = [ends, titles.get(one.document or "", one.document or ""), one.clause or "", one.reason or "", mark]
    notes += [SENSES[one.sense][0 if language == "zh" else 1]] if one.sense != "exactly" else []
    told = ("，" if language == "zh" else ", ").join(note for note in notes if note)
    number = f"{one.value} {unit_said(unit, language)}".strip()
    return number if not told else f"{number}（{told}）" if language == "zh" else f"{number} ({told})"


def _against(
    before: Mapping[tuple[str, str], Dated],
    after: Mapping[tuple[str, str], Dated],
    span: tuple[str, str],
    parameter: Parameter,
    language: Language,
) -> str:
    """Say by how much a value differs from what it replaces, or from the value before it."""
    now, was = after.get(span), before.get(span)
    if now is None:
        return ""
    is_new = was is None
    if was is None:
        earlier = [one for one in after.values() if (one.from_ is None or now.from_ is None or one.from_ < now.from_)]
        was = max(earlier, key=lambda one: str(one.from_ or ""), default=None) if now.from_ else None
    if was is None or (was.unit or parameter.unit) != (now.unit or parameter.unit):
        return ""
    if was.value == now.value:
        return ("；与上一期相同" if language == "zh" else "; same as the value before") if is_new else ""
    share = _share(exact(was.value), exact(now.value))
    if share is None:
        return ""
    zh, en = ("上一期", "the value before") if is_new else ("原值", "what it was")
    return f"；比{zh} {share}" if language == "zh" else f"; {share} on {en}"


def _share(was: Fraction, now: Fraction) -> str | None:
    if not was:
        return None
    text = number_text(half_up((now - was) / abs(was) * 100, 2), 2)
    return f"{text}%" if text.startswith("-") else f"+{text}%"


# --- rules


def standing_changes(old: Header, new: Header, language: Language) -> list[Changed]:
    """Say what changed in a rule's name, force, how fully it was read and what is in doubt; not in how it computes.

    Whether results can be official hangs on these, so who publishes has to see them.
    """
    editions = [one for each in (old, new) if isinstance(each, Method) for one in each.supersedes]
    named = {one: f"{one} 版" if language == "zh" else f"edition {one}" for one in editions if one}
    return list(_named_changes("method", _STANDING, old, new, language, named))


# --- documents


def _paper(old: Document | None, new: Document, language: Language, titles: Mapping[str, str]) -> Iterator[Changed]:
    names = (*_HEAD, "number", "issuer", "issued", "effective", "supersedes", "source", "doubts")
    yield from _named_changes("document", names, old, new, language, titles)


def _named_changes(
    kind: str,
    names: Iterable[str],
    old: Header | None,
    new: Header,
    language: Language,
    titles: Mapping[str, str],
) -> Iterator[Changed]:
    for name in names:
        told = [_of(one, name, language, titles) for one in (old, new)]
        if told[0] != told[1]:
            yield Changed(KINDS[kind][0 if language == "zh" else 1], word(name, language), told[0], told[1])


def _clauses(old: Document | None, new: Document, language: Language) -> Iterator[Changed]:
    before, after = ({} if old is None else old.clauses), new.clauses
    for id_ in dict.fromkeys([*after, *before]):
        told = [_clause(each.get(id_), id_, language) for each in (before, after)]
        if told[0] != told[1]:
            yield Changed(word("clauses", language), id_, told[0], told[1])


def _clause(one: Clause | None, id_: str, language: Language) -> str:
    if one is None:
        return ""
    return f"{one.title}{say('colon', language)}{one.text}" if one.title and one.title != id_ else one.text


# --- everything else


def _head(old: Header | None, new: Header, language: Language, titles: Mapping[str, str]) -> Iterator[Changed]:
    names = [name for name in type(new).model_fields if name not in ("kind", "id", "values", "table")]
    for name in names:
        told = [_of(one, name, language, titles) for one in (old, new)]
        if told[0] != told[1]:
            section = new.title if language == "zh" else new.title_en
            yield Changed(section, word(name, language), told[0], told[1])


def _anything(old: Header | None, new: Header, language: Language) -> Iterator[Changed]:
    """Compare two objects leaf by leaf; what stands in a list is found again by its name, id, code or title."""
    sides = [{} if one is None else dict(_leaves(_said(one), ())) for one in (old, new)]
    for route in dict.fromkeys([*sides[1], *sides[0]]):
        told = [side.get(route, "") for side in sides]
        if told[0] != told[1] and route != ("id",):
            name = " · ".join(word(part, language) for part in route[1:]) or word(route[0], language)
            yield Changed(word(route[0], language), name, told[0], told[1])


def _said(one: Header) -> dict[str, Any]:
    return one.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _leaves(value: Any, route: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*route, str(key)))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for at, inner in enumerate(value):
            name = next((str(inner[key]) for key in _NAMED_BY if inner.get(key)), str(at + 1))
            yield from _leaves(inner, (*route, name))
    elif route:
        yield route, "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _of(one: Header | None, name: str, language: Language, titles: Mapping[str, str]) -> str:
    value = getattr(one, name, None)
    if value is None:
        return ""
    if name in _REFERS:
        names = (value,) if isinstance(value, str) else value
        return listed([titles.get(each, each) for each in names], language)
    states = {"status": "lifecycle", "completeness": "completeness"}
    return say(f"{states[name]}.{value}", language) if name in states else _text(value, language)


def _text(value: Any, language: Language) -> str:
    if isinstance(value, tuple):
        return listed([str(one) for one in value], language)
    if hasattr(value, "model_dump"):
        said = value.model_dump(mode="json", by_alias=True, exclude_none=True)
        return ("，" if language == "zh" else ", ").join(f"{word(key, language)} {one}" for key, one in said.items())
    return str(value)
