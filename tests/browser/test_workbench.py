"""The workbench in a real browser; skipped, and says so, where Chromium is absent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.serving import CHROMIUM, QUIET, serving
from tests.demo_region import Demo

from jiqun.desk.context import Context
from jiqun.desk.running import Run, all_runs

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: scripts/system-packages.sh installs it"),
]


@dataclass(frozen=True)
class Served:
    """A server that runs, and the password of the demo region's accounts."""

    address: str
    password: str
    run: Run


@pytest.fixture(scope="module")
def served(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`jiqun serve` as a person starts it, on a copy of the demo region."""
    folder = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(demo.folder, folder)
    with serving(folder) as (address, password):
        run = next(one for one in all_runs(Context(folder)) if one.method_id.startswith("per-mu.chongqing"))
        yield Served(address, password, run)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The analyst, logged in by hand as a person would, in a window of 1366 px."""
    opened = browser.new_page(viewport={"width": 1366, "height": 900}, base_url=served.address)
    opened.faults = []  # type: ignore[attr-defined]
    opened.on("console", lambda one: one.type == "error" and opened.faults.append(one.text))  # type: ignore[attr-defined]
    opened.goto("/")
    opened.fill("[name=username]", "analyst")
    opened.fill("[name=password]", served.password)
    opened.press("[name=password]", "Enter")
    opened.wait_for_selector("h1.page-title")
    yield opened
    opened.close()


def test_from_the_first_page_to_the_reasons_of_one_firm_by_keyboard(page):
    assert "2027" in page.inner_text("h1")
    page.click("text=亩均评价 >> nth=0")
    page.click("table a >> text=重庆市制造业企业亩均效益综合评价 >> nth=0")
    assert page.inner_text(".jq-trial").startswith("试算")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".jq-items")
    assert ".xlsx" in page.inner_text(".jq-items") and page.locator(".jq-clause").count() > 3
    assert page.faults == []


def test_the_grid_filters_without_a_button_stays_so_on_the_way_back_and_says_when_nobody_fits(page):
    page.click("text=亩均评价 >> nth=0")
    page.click("table a >> text=重庆市制造业企业亩均效益综合评价 >> nth=0")
    page.select_option("select[name=grade]", "D")
    page.wait_for_url("**grade=D**")
    assert {one.inner_text() for one in page.locator("tbody tr td:nth-last-child(2) .jq-grade").all()} == {"D"}
    page.click("tbody tr a >> nth=0")
    page.wait_for_selector(".jq-items")
    page.click(".breadcrumb a >> nth=-1")
    page.wait_for_url("**grade=D**")
    page.fill("main [name=q]", "没有这家企业")
    page.press("main [name=q]", "Enter")
    page.wait_for_selector("text=没有符合的企业")


def test_a_whole_table_is_sorted_by_its_heads_from_the_keyboard_and_numbers_by_their_size(page):
    page.goto("/ledger/tables/")
    table = page.locator("table[data-sorts]").first
    head = table.locator("th", has_text="行").first
    column = head.evaluate("one => one.cellIndex") + 1

    def numbers() -> list[int]:
        texts = table.locator(f"tbody td:nth-child({column})").all_inner_texts()
        return [int(one.replace(",", "")) for one in texts if one.strip() != "无数据"]

    before = numbers()
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert numbers() == sorted(before) != before and head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert numbers() == sorted(before, reverse=True) and head.get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("width", [1366, 390])
def test_no_page_is_wider_than_its_window_or_has_a_serious_fault_for_a_screen_reader(page, served, width):
    page.set_viewport_size({"width": width, "height": 900})
    run, firm = served.run.id, served.run.trace.drop_nulls("grade")["enterprise"][0]
    whole = (
        "/",
        "/todo/",
        "/land/",
        "/jobs/",
        "/people/tokens/",
        "/campaigns/",
        "/enterprises/",
        "/ladder/",
        "/ladder/calendar/",
        "/grades/green/",
        "/grades/green/energy-limit.steel/",
        "/grades/digital/",
        "/land/accounts/",
        "/land/rankings/",
        "/land/compare/",
        "/disposals/",
    )
    kept = (
        "/ledger/imports/",
        "/ledger/imports/new/",
        "/ledger/board/",
        "/ledger/tables/",
        "/ledger/review/",
        "/reports/",
        "/reports/schedules/",
        "/rules/",
        "/rules/numbers/",
        "/rules/numbers/huangyan.base/",
        "/rules/objects/document/cq-per-mu-2023/",
        "/drafts/",
    )
    # a page of a grid holds a hundred rows, which are alike: the few of one grade stand for them
    own = (
        f"/land/runs/{run}/?grade=D",
        f"/land/runs/{run}/firms/{firm}/",
        f"/enterprises/{firm}/",
        "/rules/per-mu.huaian/",
    )
    # who keeps the ledger and the rules sits at a desk; leaders and firms look from a phone
    for address in (*whole, *own, *(kept if width > 1000 else ())):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px too wide at {width}"
        # the same pages were judged at the other width; lists of the ledger are one template, every second stands for it
        if (width < 1000 and address not in ("/", "/enterprises/")) or address in kept[1::2]:
            continue
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in serious]
        assert serious == [], f"{address}: {told}"
    assert page.faults == []
