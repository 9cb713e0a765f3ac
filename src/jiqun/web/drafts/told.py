"""What the check of a draft found, in the words of the rule: titles for the names that its text uses.

The names themselves stand on the page of the whole text, at their lines, for those who write rules there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jiqun.desk.drafts.parts import parts, places
from jiqun.desk.drafts.rule_text import head_of
from jiqun.packs import TableContract
from jiqun.web.drafts.forms import WORDS, titles_of
from jiqun.web.drafts.state import State
from jiqun.web.region import region
from jiqun.web.shell.language import both, spoken

_SECTIONS: Mapping[str, tuple[str, str]] = {
    **{name: WORDS[name] for name in ("scores", "totals", "grades", "moves", "nodes", "weights", "bands")},
    "measures": ("指标", "measures"), "benchmarks": ("基准", "benchmarks"), "inputs": ("取数", "inputs"),
    "entitlements": ("差别化政策", "entitlements"), "ceilings": ("封顶", "ceilings"), "budgets": ("额度", "budgets"),
    "exceptions": ("例外", "exceptions"), "populations": ("类别", "populations"), "classes": ("档次", "classes"),
    "criteria": ("条件", "criteria"), "where": ("条件", "condition"), "weighting": ("权重", "weights"),
    "missing": ("缺数时", "where missing"), "streak": ("连续期数", "periods in a row"),
}  # fmt: skip
# a name of a rule's text: parts with underscores, or several with dots between them
_NAME = re.compile(r"(?<![A-Za-z0-9_.\-/])[a-z][a-z0-9]*(?:[_.][a-z0-9]+)*(?![A-Za-z0-9_\-/])", re.ASCII)


def in_page_words(state: State, problems: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return problems of a draft's text, each with its sentence for the page of the draft."""
    if not problems:
        return
    named = _titles(state)
    where = {places(state.files).get(one.name): both(one.title, one.title_en) for one in parts(state.files)}
    for told in problems:
        file = str(told.get("file") or "")
        title, text = where.get(file.partition("/")[2]), str(told[spoken()])
        if title is not None:  # where its file lies says nothing to who drafts in a form
            text = re.sub(rf"{re.escape(file)}(:\d+)*: ", f"{title}{both('：', ': ')}", text)
        yield {**told, "text": in_words(text, named)}


def _titles(state: State) -> dict[str, str]:
    """Return name → title of the tables and columns of the ledger and of everything that the draft's texts name."""
    found: dict[str, str] = {}
    for table in (one.model for one in region().book.objects("table") if isinstance(one.model, TableContract)):
        found[table.id] = both(table.title, table.title_en)
        for column in map(table.column, table.column_names):
            found.setdefault(column.name, both(column.title, column.title_en))
    for text in state.files.values():
        if head_of(text):
            found |= titles_of(text, spoken())
    return found


def in_words(text: str, titles: Mapping[str, str]) -> str:
    """Say the names in a sentence by their titles, where all parts of a name are known.

    >>> in_words("scores.firms.tax_per_mu 没有写条款。", {"firms": "规上企业", "tax_per_mu": "亩均税收"})
    '评分“规上企业 · 亩均税收”没有写条款。'
    """
    said = _NAME.sub(lambda each: _said(each[0], titles), text)
    return said.replace("” ", "”") if spoken() == "zh" else said


def _said(name: str, titles: Mapping[str, str]) -> str:
    route = name.split(".")
    section = both(*_SECTIONS[route[0]]) if len(route) > 1 and route[0] in _SECTIONS else ""
    rest = route[1:] if section else route
    known = {**{one: both(*words) for one, words in _SECTIONS.items()}, **titles}
    is_plain_word = len(route) == 1 and "_" not in name
    if is_plain_word or not all(one in known or one.isdigit() for one in rest):
        return name
    said = " · ".join(known[one] if one in known else str(int(one) + 1) for one in rest)
    return f"{section}{both('', ' ')}“{said}”" if section else f"“{said}”"
