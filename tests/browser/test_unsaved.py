"""What is typed in one form of a page is not lost in silence by sending another or by leaving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, sync_playwright
from tests.browser.serving import CHROMIUM, QUIET

import jiqun.web.shell

SCRIPT = Path(jiqun.web.shell.__file__).parent / "static" / "jiqun" / "js" / "workbench.js"
FORMS = """<main id="main"><form id="weights" method="post" action="/one"><input name="a" value="45">
<select name="s"><option>x</option><option selected>y</option></select><button>保存</button></form>
<form id="law" method="post" action="/two"><input name="number" value=""><button>保存</button></form>
<form id="search" method="get" action="/three"><input name="q"></form><a href="/away">走</a></main>"""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: scripts/system-packages.sh installs it"),
]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = browser.new_page(base_url="http://workbench.test")
        opened.route("**/*", lambda route: route.fulfill(body=FORMS, content_type="text/html; charset=utf-8"))
        yield opened
        browser.close()


def asked(page: Page, to_fill: dict[str, str], then: str) -> list[str]:
    """Fill fields, press or follow something; return the kinds of the browser's questions on the way."""
    seen: list[str] = []
    page.goto("/")
    page.add_script_tag(path=SCRIPT)

    def agree(one: Dialog) -> None:
        seen.append(one.type)
        one.accept()

    page.on("dialog", agree)
    for field, text in to_fill.items():
        page.locator(field).select_option(text) if field == "[name=s]" else page.fill(field, text)
    page.click(then)
    page.wait_for_timeout(200)
    page.remove_listener("dialog", agree)
    return seen


def test_the_browser_asks_only_where_something_typed_would_be_lost(page: Page) -> None:
    assert asked(page, {}, "a") == []
    assert asked(page, {"[name=q]": "甲"}, "a") == [], "a search is nothing to lose"
    assert asked(page, {"[name=a]": "40"}, "#weights button") == [], "what is sent is not lost"
    assert asked(page, {"[name=number]": "1号"}, "#weights button") == ["beforeunload"]
    assert asked(page, {"[name=a]": "40"}, "a") == ["beforeunload"]
    assert asked(page, {"[name=s]": "x"}, "a") == ["beforeunload"]
    assert asked(page, {"[name=a]": "40", "[name=number]": "1号"}, "#law button") == ["beforeunload"]
