"""How pages are made: texts in both languages, what is escaped, names that mappings have, forms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.template import TemplateDoesNotExist, engines
from django.test import RequestFactory
from jinja2 import nodes

from jiqun.web.people.models import User
from jiqun.web.shell.language import speak

PAGES = Path(__file__).parents[2] / "src/jiqun/web/shell/templates"
EVERY = sorted(one.relative_to(PAGES).as_posix() for one in PAGES.rglob("*.html"))


def made(text: str, **given: Any) -> str:
    return str(engines["jinja2"].env.from_string(text).render(given))  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_of_the_page_comes_in_one_language_and_as_it_is_written(language: str) -> None:
    page = '<p title="{% both "甲 & 乙" "A & B" %}">{% both "<b>三</b>" "<b>three</b>" %}</p>'
    wanted = {"zh": '<p title="甲 & 乙"><b>三</b></p>', "en": '<p title="A & B"><b>three</b></p>'}
    assert made(page, language=language) == wanted[language]


def test_names_within_such_a_text_are_escaped() -> None:
    try:
        for language, wanted in (("zh", "&lt;甲&gt;"), ("en", "&lt;A&gt;")):
            speak(language)  # type: ignore[arg-type]
            assert made("{% both one.zh one.en %}", language=language, one={"zh": "<甲>", "en": "<A>"}) == wanted
        assert made('{% both "家" "firm(s)" count|length %}', language="en", count=[1]) == "firm"
        assert made('{% both "家" "firm(s)" count|length %}', language="en", count=[1, 2]) == "firms"
    finally:
        speak("zh")


def test_a_unit_that_stands_in_the_page_itself_is_said_in_the_language_of_each_request() -> None:
    page = engines["jinja2"].env.from_string("{{ '亩'|unit }}{{ '甲'|zh }}")  # type: ignore[attr-defined]
    try:
        assert page.render() == "亩甲"
        speak("en")
        assert page.render() == 'mu<span lang="zh-CN">甲</span>'
    finally:
        speak("zh")


def test_a_name_behind_a_point_is_first_a_key() -> None:
    assert made("{{ one.values }} {{ one['keys'] }}", one={"values": 3, "keys": 4}) == "3 4"
    assert made("{% for key, value in one.items() %}{{ key }}={{ value }};{% endfor %}", one={"a": 1}) == "a=1;"


def test_a_query_cannot_stand_in_for_what_it_is_asked() -> None:
    asked = QueryDict("urlencode=1&year=2024")
    assert made("{{ asked.urlencode() }} {{ asked.year }}", asked=asked) == "urlencode=1&amp;year=2024 2024"


def test_what_is_not_given_says_nothing() -> None:
    assert made("[{{ nobody.of.that.name }}{% if nobody.there %}!{% endif %}]") == "[]"
    assert made("[{{ one|date('Y-m-d') }}]", one=None) == "[]"
    for word in ("number", "signed(1)", "percent", "minus", "zh", "unit", "date('Y-m-d')", "default_if_none('—')"):
        assert made(f"[{{{{ one.figure|{word} }}}}]", one={}) == "[]", word
    assert (
        made("{{ one|length }}{{ one.rows|length }}{% if one is none and one.rows is none %}!{% endif %}", one=None)
        == "00!"
    )


def test_hours_are_those_of_this_place() -> None:
    at = datetime(2026, 11, 28, 17, 30, tzinfo=UTC)
    assert (
        made("{{ at|date('Y-m-d H:i') }} {{ on|date('m-d') }}", at=at, on=date(2026, 2, 3)) == "2026-11-29 01:30 02-03"
    )


def test_neighbours_stay_in_their_order() -> None:
    rows = [{"of": "b", "n": 1}, {"of": "b", "n": 2}, {"of": "a", "n": 3}, {"of": "b", "n": 4}]
    page = "{% for one in rows|regrouped('of') %}{{ one.shared }}:{% for row in one.rows %}{{ row.n }}{% endfor %} {% endfor %}"
    assert made(page, rows=rows) == "b:12 a:3 b:4 "


def test_forms_of_one_page_carry_one_mark_that_differs_from_page_to_page(people: dict[str, User]) -> None:
    def marks() -> list[str]:
        request = RequestFactory().get("/people/tokens/")
        request.user = people["analyst"]
        page = engines["jinja2"].get_template("people/tokens.html").render({}, request)
        return [one.partition('"')[0] for one in page.split('name="csrfmiddlewaretoken" value="')[1:]]

    first, second = marks(), marks()
    assert len(first) > 1 and len(set(first)) == 1 and len(first[0]) == 64
    assert first[0] != second[0]


@pytest.mark.parametrize("name", EVERY)
def test_every_page_compiles_and_what_it_includes_is_there(name: str) -> None:
    env = engines["jinja2"].env  # type: ignore[attr-defined]
    tree = env.parse((PAGES / name).read_text("utf-8"))
    for one in tree.find_all((nodes.Include, nodes.Extends)):
        assert not isinstance(one.template, nodes.Const) or one.template.value in EVERY
    env.get_template(name)


def test_a_page_that_is_not_there_is_told() -> None:
    with pytest.raises(TemplateDoesNotExist):
        engines["jinja2"].get_template("land/nowhere.html")
