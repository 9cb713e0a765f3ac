"""A form that is refused comes back with what was typed, and what is wrong stands beside its field."""

from __future__ import annotations

import re

from django.http import QueryDict

from jiqun.web.shell.typed import Typed, filled

FORMS = """<main id="main"><form action="/a/"><input type="hidden" name="about" value="1"><input name="x" value="1"></form>
<form action="/a/"><input type="hidden" name="seen" value="new"><input type="hidden" name="about" value="2">
<label>X <input id="x" name="x" value="1" required></label><input type="password" name="p">
<textarea name="t">\u2028old</textarea><select name="s"><option>a</option><option value="b" selected>B</option></select>
<input type="checkbox" name="c" value="1" checked><input type="file" name="f"><input type="date" name="d" value=""></form>
<form action="/other/"><input name="x" value="1"></form></main>"""
SAID = QueryDict("seen=old&about=2&x=<b>&p=secret&t=two%0Alines%26&s=a&d=2027-01-01")


def test_the_form_that_was_sent_is_filled_and_no_other():
    page = filled(FORMS, "/a/", Typed(SAID, frozenset({"f"})), "/page/")
    assert page.count("&lt;b&gt;") == 1 and '<input id="x" name="x" value="&lt;b&gt;" required>' in page
    assert "\ntwo\nlines&amp;</textarea>" in page and "old" not in page
    assert '<option selected>a</option><option value="b">' in page and "checked" not in page
    assert "secret" not in page and 'name="seen" value="new"' in page
    assert 'name="d" value="2027-01-01"' in page and "文件要重新选一次" in page
    assert '<main id="main" data-address="/page/">' in page


def test_what_is_wrong_is_told_beside_its_field_which_has_the_focus():
    page = filled(FORMS, "/a/", Typed(SAID, at=("x", "s"), words="不对 <1>"))
    field, told = re.search(r'<input id="x"[^>]*aria-describedby="([^"]+)" autofocus>(<small[^<]*)', page).groups()
    assert f'id="{field}"' in told and "不对 &lt;1&gt;" in told
    assert page.count('aria-invalid="true"') == 2 and page.count("autofocus") == 1  # noqa: PLR2004


def test_what_somebody_saved_meanwhile_stays_and_what_was_sent_stands_beside_it():
    page = filled(FORMS, "/a/", Typed(SAID, beside=True))
    assert '<input id="x" name="x" value="1" required><small' in page and "您的页面上是：&lt;b&gt;" in page
    assert "\u2028old</textarea><small" in page and 'name="d" value="2027-01-01"' in page


def test_a_page_without_the_form_stays_as_it_is():
    assert filled("<main><form action='/b/'></form>", "/a/", Typed(SAID)) == "<main><form action='/b/'></form>"
