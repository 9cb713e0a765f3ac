"""The year's evaluation in a real browser by six people, from an empty workspace to a signed result."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from tests import own_rule
from tests.browser.serving import CHROMIUM, QUIET, serving

from jiqun.cli.main import main

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: scripts/system-packages.sh installs it"),
]
YEAR = 2024
TODAY = date.today()
WORDS = "青山绿水-2026-集群"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace with its own rule, and two files that wait to be imported."""
    folder = tmp_path / "workspace"
    monkeypatch.setenv("JIQUN_LANG", "zh")
    with pytest.raises(SystemExit):
        main(["init", str(folder)])
    years = (TODAY.year, TODAY.year + 1)
    own_rule.add_own_pack(folder, own_rule.METHOD + own_rule.QUOTA, calendars=years)
    own_rule.small_files(tmp_path)
    return folder


class People:
    """Six people, each in a browser of their own."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.pages: dict[str, Page] = {}
        self.faults: list[str] = []
        self.asked: list[str] = []

    def enter(self, who: str, first: str) -> Page:
        """Log in with the first password and choose an own one."""
        context = self.browser.new_context(viewport={"width": 1366, "height": 900}, base_url=self.address)
        page = self.pages[who] = context.new_page()
        page.on("dialog", self.agree)
        page.on("console", lambda one: self.faults.append(one.text) if one.type == "error" else None)
        page.goto("/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", first)
        page.press("[name=password]", "Enter")
        page.fill("[name=old_password]", first)
        page.fill("[name=new_password1]", f"{WORDS}-{who}")
        page.fill("[name=new_password2]", f"{WORDS}-{who}")
        page.click("button.btn-primary")
        page.wait_for_selector("h1.page-title")
        return page

    def agree(self, dialog: Dialog) -> None:
        self.asked.append(dialog.message)
        dialog.accept()

    def add(self, who: str, role: str, name: str, place: str = "") -> Page:
        """The administrator adds somebody, who then logs in."""
        admin = self.pages["admin"]
        admin.goto("/people/add/")
        admin.fill("main [name=username]", who)
        admin.fill("[name=full_name]", name)
        admin.select_option("[name=role]", role)
        admin.fill("[name=place]", place)
        admin.click("main .btn-primary")
        return self.enter(who, admin.inner_text("dd code"))

    def shot(self, page: Page, name: str) -> None:
        """Take a picture for people to look at, where JIQUN_SHOTS names a folder."""
        if shots := os.environ.get("JIQUN_SHOTS"):
            page.screenshot(path=f"{shots}/{name}.png", full_page=True)


@pytest.fixture
def people(workspace: Path) -> Iterator[People]:
    with serving(workspace) as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        made = People(browser, address)
        made.enter("admin", password)
        yield made
        browser.close()


def done(page: Page) -> None:
    """Wait for a job: its page goes on to the result, by itself where it was still waiting."""
    page.wait_for_selector("#job a.btn-primary, #job .jq-problem, main:not(:has(#job))", timeout=30_000)
    if "/jobs/" in page.url:
        assert page.locator("#job .jq-problem").count() == 0, page.inner_text("#job")
        page.click("#job a.btn-primary")
    page.wait_for_load_state()


def hand_in(page: Page, table: str, period: str, file: Path) -> None:
    page.goto("/ledger/imports/new/")
    page.select_option("[name=table]", table)
    page.fill("[name=period]", period)
    page.set_input_files("[name=file]", str(file))
    page.click("main button.btn-primary")
    done(page)
    page.click("main .btn-list button.btn-primary")
    done(page)


def press(page: Page, step: str, **said: str) -> None:
    """Fill the form of a step and press its button."""
    form = f'form[action$="/do/{step}/"]'
    for name, value in said.items():
        field = page.locator(f"{form} [name={name}]").first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator(f"{form} button").first.click()
    page.wait_for_load_state()


def test_six_people_take_an_empty_workspace_to_a_signed_evaluation(people: People, workspace: Path) -> None:
    tax = people.add("tax", "department", "王澜")
    hand_in(tax, "enterprise", "", workspace.parent / "企业名录.csv")
    hand_in(tax, "enterprise_year", str(YEAR), workspace.parent / "税收.csv")
    people.shot(tax, "1-imported")
    zhou = people.add("zhou", "analyst", "周敏")
    qu = people.add("qu", "district", "何嘉", "500103")
    appellant = own_rule.code(15)
    qi = people.add("qi", "enterprise", "李工", appellant)
    zheng = people.add("zheng", "signer", "郑岚")

    zhou.goto("/campaigns/")
    zhou.select_option("[name=method]", "own.rule")
    for days, stage in enumerate(("collect", "check", "trial", "adjust", "notice", "appeal", "sign", "publish"), 1):
        zhou.fill(f"[name=last_{stage}]", (TODAY + timedelta(days=days)).isoformat())
    zhou.click("main form[action$='/create/'] button.btn-primary")
    zhou.wait_for_selector(".jq-track")
    people.shot(zhou, "2-campaign")
    here = zhou.url

    def go(page: Page) -> Page:
        page.goto(here)
        return page

    press(zhou, "advance")
    press(go(qi), "check")
    assert "确认 1 家" in go(zhou).inner_text("#data").replace("\n", " ").replace("  ", " ")
    people.shot(qi, "3-self-check")
    press(zhou, "advance")
    press(zhou, "trial")
    done(zhou)
    press(zhou, "advance")
    people.shot(zhou, "4-trial")
    raised = own_rule.code(31)
    press(
        go(qu), "propose", enterprise=raised, kind="raise", steps="1", reason="国家科技奖", document="示函〔2026〕1号"
    )
    people.shot(qu, "5-proposed")
    press(go(zhou), "decide-adjustment")
    _until(zhou, here, "已入账")
    press(zhou, "trial")
    done(zhou)
    press(zhou, "advance")
    press(zhou, "replan", to=TODAY.isoformat(), reason="缩短公示")
    press(zhou, "notice", organ="示例市经济和信息化委员会")
    zhou.goto(f"{here}notice/")
    people.shot(zhou, "6-notice")
    press(go(zhou), "advance")

    paper = workspace.parent / "完税证明.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    go(qi).click("#own a.btn-primary")
    qi.set_input_files("[name=paper]", str(paper))
    press(
        qi,
        "appeal",
        request="税收漏报",
        evidence="完税证明 12 号",
        field=f"enterprise_year.tax@{YEAR}",
        value="495",
    )
    appeal = qi.url
    assert "完税证明.pdf" in qi.inner_text("main")
    _until(zhou, appeal, "另有")
    assert "精确复算（分数运算）与此一致" in zhou.inner_text("main")
    people.shot(zhou, "7-appeal")
    press(zhou, "decide-appeal", reason="完税证明属实")
    _until(zhou, appeal, "次导入")
    zhou.goto(f"{appeal}letter/")
    people.shot(zhou, "8-letter")
    press(go(zhou), "trial")
    done(zhou)
    press(zhou, "advance")
    press(go(zheng), "sign", organ="示范区经信委", document="示亩均办〔2026〕1号")
    done(zheng)
    assert "已审定签发" in zheng.inner_text(".jq-answer")
    assert "用电加价" in go(zhou).inner_text("main")
    people.shot(zhou, "9-signed")
    zhou.set_viewport_size({"width": 390, "height": 900})
    wide = zhou.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    people.shot(zhou, "9-signed-narrow")
    assert people.faults == []
    assert [one.partition("。")[0] for one in people.asked] == ["签发后批次不能再改"]


def _until(page: Page, address: str, words: str) -> None:
    """Look at a page again until it says something: jobs that others asked for run meanwhile."""
    for _ in range(60):
        page.goto(address)
        if words in page.inner_text("main"):
            return
        page.wait_for_timeout(300)
    raise AssertionError(page.inner_text("main"))
