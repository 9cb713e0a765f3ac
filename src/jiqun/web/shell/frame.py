"""What stands around every page: navigation by business line, who is here, the region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from jiqun.web.people.places import own_places_said, places_said
from jiqun.web.people.scope import scope_of
from jiqun.web.region import district_names, region
from jiqun.web.shell.language import both, spoken
from jiqun.web.todo.task import Task
from jiqun.web.todo.tasks import tasks_of


@dataclass(frozen=True)
class Link:
    """A line of the navigation; `part` is the beginning of the addresses it stands for."""

    title: str
    title_en: str
    name: str
    icon: str
    right: str = "read"


GROUPS: tuple[tuple[str, str, tuple[Link, ...]], ...] = (
    (
        "",
        "",
        (
            Link("总览", "Overview", "overview:home", "home"),
            Link("我的待办", "To do", "todo:mine", "todo"),
            Link("报告", "Reports", "briefs:listing", "report"),
        ),
    ),
    (
        "企业与用地",
        "Firms and land",
        (
            Link("评价批次", "Campaigns", "campaigns:listing", "rule"),
            Link("一企一档", "Firms", "enterprises:listing", "firm"),
            Link("亩均评价", "Per-mu evaluation", "land:runs", "chart"),
            Link("低效处置", "Low efficiency", "disposals:listing", "rule"),
            Link("亩均账", "Accounts per mu", "land:accounts", "table"),
            Link("排行榜", "Rankings", "land:rankings", "chart"),
            Link("梯度培育", "Ladder of titles", "ladder:boards", "ladder"),
            Link("绿色等级", "Green grades", "grades:green", "leaf"),
            Link("数字化等级", "Digital grades", "grades:digital", "report"),
        ),
    ),
    (
        "底座",
        "Foundations",
        (
            Link("数据导入", "Imports", "ledger:imports", "log"),
            Link("收数看板", "Who owes data", "ledger:board", "report"),
            Link("台账", "Ledger", "ledger:tables", "table"),
            Link("企业认领", "Open firms", "ledger:review", "firm", "review"),
            Link("办法库", "Rules", "rules:listing", "rule"),
            Link("参数基准值", "Numbers by year", "rules:numbers", "table"),
            Link("办法草稿", "Drafts of rules", "drafts:listing", "rule", "drafts"),
            Link("任务", "Jobs", "jobs:listing", "clock"),
            Link("人员权限", "People", "people:listing", "people", "people"),
            Link("操作日志", "Log", "people:audit", "log", "audit"),
        ),
    ),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the parts of the frame for a template."""
    shown: dict[str, Any] = {"language": spoken(), "is_demo": False}
    shown["csrf_token"] = SimpleLazyObject(lambda: get_token(request))  # once: every form of a page has the same
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return shown
    workspace = region().workspace
    shown["is_demo"] = "demo" in workspace.packs
    shown["region_name"] = region_name(workspace.region)
    # a part of a page has no frame and does not ask
    shown["todo"] = SimpleLazyObject(lambda: tasks_of(user))
    # under a name of its own, so that nothing a page shows can stand in for the navigation or for whose rows it says
    groups = SimpleLazyObject(lambda: list(_groups(request, user, shown["todo"])))
    shown["frame"] = {"groups": groups, **_whose(user)}
    return shown


def _whose(user: Any) -> dict[str, Any]:
    """Return the firms somebody answers for with the one looked at, or the several places whose rows are shown."""
    if len(user.places) < 2:  # noqa: PLR2004
        return {}
    if user.chooses:
        named = places_said([user])
        return {"own_firms": [(one, named[one]) for one in user.places], "own_firm": scope_of(user).place}
    return {"own_places": own_places_said(user)}


def _nearest(path: str, addresses: Iterable[str]) -> str:
    """Return the address of the navigation that a page lies under, the longest of them."""
    return max((one for one in addresses if path == one or (one != "/" and path.startswith(one))), key=len, default="")


@cache
def _addresses() -> dict[str, str]:
    return {link.name: reverse(link.name) for _, _, links in GROUPS for link in links}


def _groups(request: HttpRequest, user: Any, tasks: Iterable[Task]) -> Any:
    addresses = _addresses()
    nearest = _nearest(request.path, addresses.values())
    waiting: Counter[str] = Counter()
    for one in tasks:
        waiting[_nearest(one.to.partition("?")[0], addresses.values())] += one.count
    for zh, en, links in GROUPS:
        lines = []
        for link in links:
            address = addresses[link.name]
            here = address == nearest
            if user.may(link.right):
                title = both(link.title, link.title_en)
                lines.append(
                    {
                        "title": title,
                        "name": link.name,
                        "to": address,
                        "icon": link.icon,
                        "here": here,
                        "waiting": waiting[address],
                    }
                )
        if lines:
            yield {"title": both(zh, en), "links": lines}


def region_name(code: str) -> str:
    """Return the name of a region's code as it is called today; the code itself where no taxonomy has it."""
    districts = district_names(timezone.localdate())
    return districts.get(code, code)
