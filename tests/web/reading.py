"""Reading a page as a person does: which words of it are in another language than the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_CHINESE = re.compile("[\u3400-\u9fff、。，；：（）《》]")  # Han, and the stops that only Chinese uses
_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-l", "content")
_UNREAD = frozenset({"script", "style"})
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


class _Reader(HTMLParser):
    """Texts and read attributes of a page, each with the language of the nearest element that names one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.said: list[tuple[str, str, str]] = []

    def _language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        language = told.get("lang") or self._language()
        for name in _ATTRIBUTES:
            if told.get(name):
                self.said.append((language, f"{tag}[{name}]", str(told[name])))
        if tag == "input" and told.get("type") in ("submit", "button"):
            self.said.append((language, "input[value]", str(told.get("value"))))
        if tag not in _EMPTY:
            self.open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in _UNREAD for tag, _ in self.open):
            where = " ".join(tag for tag, _ in self.open[-2:])
            self.said.append((self._language(), where, data.strip()))


def said_in(page: str) -> list[tuple[str, str, str]]:
    """Return every text of a page with its language and its element."""
    reader = _Reader()
    reader.feed(page)
    return reader.said


def chinese_in_english(page: str) -> Iterator[tuple[str, str]]:
    """Return what is Chinese on an English page without being marked so; the title of a window cannot be marked."""
    for language, where, text in said_in(page):
        if not language.startswith("zh") and where != "head title" and _CHINESE.search(text):
            yield where, text
