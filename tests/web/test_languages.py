"""Every page in English: nothing Chinese that is not marked as a name, a clause or a cell of a file."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import Resolver404, resolve
from tests.web.reading import chinese_in_english

from jiqun.web.drafts.models import RuleDraft
from jiqun.web.jobs.queue import do_all
from jiqun.web.ledger.models import Upload
from jiqun.web.people.models import User
from jiqun.web.shell.language import counted

As = Callable[[str], Client]
RULE = "per-mu.chongqing-template"
_OF_ONE_KIND = 2  # pages of one view that are read
_VIEWS = 30  # at the least, so that a broken link does not make the walk short
_FILES = re.compile(r"\.(xlsx|docx|csv)|/api/|/original/|/file/")  # files are Chinese


@pytest.fixture
def english(as_user: As, people: dict[str, User]) -> As:
    """Return a browser of a user who reads English."""

    def log_in(username: str) -> Client:
        User.objects.filter(pk=people[username].pk).update(language="en")
        people[username].refresh_from_db()
        return as_user(username)

    return log_in


def walk(client: Client, start: str = "/") -> Iterator[tuple[str, str]]:
    """Follow the links below an address and return address and text of at most two pages of every view."""
    seen: set[str] = set()
    read: Counter[str] = Counter()
    waiting = deque([start])
    while waiting:
        address = waiting.popleft()
        try:
            name = resolve(address.partition("?")[0]).view_name
        except Resolver404:
            continue
        name += "".join(re.findall(r"[?&](?:tab|method)=[\w.-]+", address))  # each tab of a firm is a page of its own
        if address in seen or read[name] >= _OF_ONE_KIND or _FILES.search(address):
            continue
        seen.add(address)
        read[name] += 1
        answer = client.get(address)
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        yield address, page
        links = (unescape(one) for one in re.findall(r'(?:href|hx-get)="([^"#]+)', page))
        waiting.extend(one for one in links if one.startswith(start) and not one.startswith("/static/"))


def strangers(address: str, page: str) -> list[str]:
    return [f"{address} <{where}> {text[:90]}" for where, text in chinese_in_english(page)]


@pytest.mark.parametrize(
    ("who", "below", "views"), [("analyst", "/", _VIEWS), ("admin", "/people/", 4)], ids=["analyst", "admin"]
)
def test_no_english_page_has_a_word_of_chinese_that_is_not_marked_as_such(
    who: str, below: str, views: int, english: As
) -> None:
    client = english(who)
    if who == "analyst":
        something_under_way(client)
    pages = dict(walk(client, below))
    assert len({resolve(one.partition("?")[0]).view_name for one in pages}) > views
    assert [one for address, page in pages.items() for one in strangers(address, page)] == []


def something_under_way(client: Client) -> None:
    """A campaign, a draft of a rule and a file that waits, so that their pages have something to say."""
    said = {"method": RULE, "year": "2024", "start": "2026-03-16", "days_notice": "5"}
    client.post("/campaigns/create/", said)
    copied = {"about": RULE, "base": "2023", "edition": "2027", "begins": "2027-01-01"}
    assert client.post("/drafts/copy/", copied).status_code == 302
    copied = {"kind": "parameter", "about": "energy-review.power", "edition": "2027", "begins": "2027-01-01"}
    assert client.post("/drafts/copy/", copied).status_code == 302
    content = "统一社会信用代码,税收（元）\n91999101MAD0001745,不详\n".encode()
    client.post(
        "/ledger/imports/new/",
        {"table": "enterprise_year", "period": "2024", "file": SimpleUploadedFile("税收.csv", content)},
    )
    do_all()
    assert Upload.objects.exists() and RuleDraft.objects.count() == 2


def test_one_firm_is_no_firms() -> None:
    assert counted("1 firm(s), up", 1) == "1 firm, up"
    assert [counted("firm(s)", one) for one in (0, "1", "1,200")] == ["firms", "firm", "firms"]


def test_the_problems_of_a_broken_address_and_of_a_missing_right_are_english(english: As) -> None:
    client = english("leader")
    for address in ("/land/runs/0000000000000000/", "/people/", "/nowhere/"):
        answer = client.get(address)
        assert answer.status_code in (403, 404)
        assert strangers(address, answer.content.decode()) == []


def test_a_stranger_is_seen_and_a_marked_name_is_not() -> None:
    page = '<html lang="en"><title>集群</title><p title="说明">a <b lang="zh-CN">万州区</b>，<i>万元</i></p></html>'
    assert [text for _, text in chinese_in_english(page)] == ["集群", "说明", "，", "万元"]
