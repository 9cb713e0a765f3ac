"""A form that is refused comes back as it was sent: everything typed stays, what is wrong is said beside its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve

from jiqun.web.region import one_state
from jiqun.web.shell.language import both

_OWN = frozenset({"csrfmiddlewaretoken", "seen", "acting_for"})  # what the page gives a form, not who fills it in
_TICKED = frozenset({"checkbox", "radio"})
_NEVER = frozenset({"hidden", "password", "file", "submit", "button"})
_Attributes = dict[str, str | None]


@dataclass
class _Control:
    tag: str
    said: _Attributes
    begins: int
    ends: int
    closes: int = -1  # where what a textarea or a choice holds ends, and where its last tag does
    after: int = -1
    options: list[_Control] = field(default_factory=list)
    text: str = ""

    @property
    def name(self) -> str:
        return self.said.get("name") or ""

    @property
    def kind(self) -> str:
        return (self.said.get("type") or "text").lower() if self.tag == "input" else self.tag

    @property
    def value(self) -> str:
        told = self.said.get("value")
        return (self.text.strip() if self.tag == "option" else self.text) if told is None else told


@dataclass
class _Form:
    actions: list[str]  # the form's own address, and those of buttons that send it elsewhere
    controls: list[_Control] = field(default_factory=list)


class _Forms(HTMLParser):
    """Reads the forms of a page and where their controls stand in its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._lines = [0, *accumulate(len(one) + 1 for one in html.split("\n"))]
        self.forms: list[_Form] = []
        self._open: _Form | None = None
        self._holds: list[_Control] = []  # the choice and its option, or the textarea, that is open
        self.feed(html)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._open = _Form([said.get("action") or ""])
            self.forms.append(self._open)
        if self._open is not None and tag == "button" and said.get("formaction"):
            self._open.actions.append(said["formaction"] or "")
        if self._open is None or tag not in ("input", "textarea", "select", "option"):
            return
        ends = self._at() + len(self.get_starttag_text() or "")
        found = _Control(tag, said, self._at(), ends, after=ends)
        if tag == "option":
            self._holds = self._holds[:1]
            for choice in self._holds:
                choice.options.append(found)
        else:
            self._open.controls.append(found)
            self._holds = []
        if tag != "input":
            self._holds.append(found)

    def handle_data(self, data: str) -> None:
        for one in self._holds[-1:]:
            one.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open, self._holds = None, []
        elif tag in ("textarea", "select") and self._holds and self._holds[0].tag == tag:
            held = self._holds[0]
            held.closes = self._at()
            held.after = held.closes + len(f"</{tag}>")
            self._holds = []


def shown_again(
    request: HttpRequest, address: str, at: Sequence[str] = (), words: str = "", *, beside: bool = False
) -> HttpResponse:
    """Answer a refused form (422) with the page it stands on, filled with what was typed.

    `at` names the fields that are wrong, `words` say why. With `beside` a field that says something keeps it, and what
    was sent stands beside it where the two differ: what somebody else saved meanwhile is not overwritten so.
    """
    parts = urlsplit(address)
    found = resolve(parts.path)
    asked = copy(request)
    asked.method, asked.path, asked.path_info, asked.resolver_match = "GET", parts.path, parts.path, found
    asked.GET, asked.POST = QueryDict(parts.query), QueryDict()
    with one_state():
        page: HttpResponse = found.func(asked, *found.args, **found.kwargs)
    if page.status_code != 200:  # noqa: PLR2004  a page that leads on has no form
        return page
    typed = Typed(request.POST, frozenset(request.FILES), tuple(at), words, beside)
    page.content = filled(page.content.decode(), request.path, typed, address)
    page.status_code = 422
    return page


@dataclass(frozen=True)
class Typed:
    """What a form was sent with, which of its fields are wrong and why."""

    said: QueryDict
    files: frozenset[str] = frozenset()
    at: tuple[str, ...] = ()
    words: str = ""
    beside: bool = False


def filled(html: str, action: str, typed: Typed, address: str = "") -> str:
    """Return a page with one of its forms, the one that was sent to `action`, filled with what was typed.

    `address` is where the page lies; the browser is told it, as it shows the form's address.
    """
    if address:
        html = html.replace('<main id="main"', f'<main id="main" data-address="{escape(address)}"', 1)
    form = _meant(_Forms(html).forms, action, typed.said)
    if form is None:
        return html
    for begins, ends, text in sorted(_edits(form, typed), reverse=True):
        html = html[:begins] + text + html[ends:]
    return html


def _meant(forms: Sequence[_Form], action: str, said: QueryDict) -> _Form | None:
    """Find the form that was sent: its address, its hidden fields, and most of the names that were sent."""
    fitting = [
        one for one in forms if {"", action} & {*one.actions} and all(_fits(each, said) for each in one.controls)
    ]
    names = frozenset(said)
    return max(fitting, key=lambda one: len(names & {each.name for each in one.controls}), default=None)


def _fits(one: _Control, said: QueryDict) -> bool:
    return one.kind != "hidden" or one.name in _OWN or one.value in said.getlist(one.name)


def _edits(form: _Form, typed: Typed) -> Iterator[tuple[int, int, str]]:
    told = False
    for n, one in enumerate(form.controls):
        wrong = one.name in typed.at and one.kind != "hidden"
        marks: _Attributes = {}
        if wrong:
            marks = {"aria-invalid": "true", "aria-describedby": f"wrong-{n}", **({} if told else {"autofocus": None})}
            told = True
        if one.kind == "file" and one.name in typed.files:
            yield one.after, one.after, _hint(both("文件要重新选一次。", "Choose the file again."))
        if wrong:
            yield (
                one.after,
                one.after,
                f'<small class="jq-fault" id="wrong-{n}" role="alert">{escape(typed.words)}</small>',
            )
        yield from _refilled(one, typed, marks)


def _refilled(one: _Control, typed: Typed, marks: Mapping[str, str | None]) -> Iterator[tuple[int, int, str]]:
    sent = typed.said.getlist(one.name)
    if one.kind in _NEVER or (not sent and one.kind not in _TICKED):
        sent = []
    elif typed.beside and (one.kind in _TICKED or _now(one)):
        yield from _beside(one, sent)
        sent = []
    elif one.kind in _TICKED:
        kept = {name: value for name, value in one.said.items() if name != "checked"}
        ticked: _Attributes = {"checked": None} if (one.said.get("value") or "on") in sent else {}
        yield one.begins, one.ends, _tag(one.tag, {**kept, **ticked, **marks})
        return
    elif one.tag == "textarea":
        yield one.ends, one.closes, "\n" + escape(sent[0], quote=False)
    elif one.tag == "select":
        for option in one.options:
            kept = {name: value for name, value in option.said.items() if name != "selected"}
            chosen: _Attributes = {"selected": None} if option.value in sent else {}
            yield option.begins, option.ends, _tag("option", {**kept, **chosen})
    if one.tag == "input" and sent:
        yield one.begins, one.ends, _tag("input", {**one.said, "value": sent[0], **marks})
    elif marks:
        yield one.begins, one.ends, _tag(one.tag, {**one.said, **marks})


def _beside(one: _Control, sent: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    if one.kind in _TICKED:
        return
    typed = next((each.text.strip() for each in one.options if each.value == sent[0]), sent[0])
    if sent[0].replace("\r\n", "\n").strip() != _now(one).replace("\r\n", "\n").strip():
        yield one.after, one.after, _hint(both(f"您的页面上是：{typed}", f"Your page said: {typed}"))


def _now(one: _Control) -> str:
    return next((each.value for each in one.options if "selected" in each.said), one.value)


def _hint(words: str) -> str:
    return f'<small class="jq-typed">{escape(words)}</small>'


def _tag(name: str, said: Mapping[str, str | None]) -> str:
    told = (key if value is None else f'{key}="{escape(value)}"' for key, value in said.items())
    return f"<{' '.join((name, *told))}>"
