"""Lines of the log that somebody asks for, and the workbook of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.jobs.files import makes
from jiqun.web.jobs.queue import Step
from jiqun.web.people.audit_lines import action_words, lines
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.shell.language import both, spoken

ASKED = ("who", "action", "from", "to", "q")
AT_ONCE = 2000


def chosen(asked: Mapping[str, str]) -> QuerySet[AuditEntry]:
    """Return the lines that are asked for, the newest first; a day that is none leaves the log as it is."""
    found = AuditEntry.objects.all()
    for name in ("who", "action"):
        if asked.get(name):
            found = found.filter(**{f"{name}__startswith": asked[name]})
    if asked.get("q"):
        found = found.filter(about__icontains=asked["q"])
    first, last = (_midnight(asked.get(name, ""), days) for name, days in (("from", 0), ("to", 1)))
    found = found if first is None else found.filter(at__gte=first)
    return found if last is None else found.filter(at__lt=last)


def _midnight(day: str, days: int) -> datetime | None:
    """The beginning of a day of the region's time, some days on."""
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=days), time.min))
    except (ValueError, OverflowError):
        return None


@makes("people.audit")
def audit_file(user: User, said: dict[str, Any], step: Step) -> tuple[str, bytes]:
    """Write the lines as a workbook, worded as on the page; the action's own name and the whole details beside them."""
    if not user.may("audit"):
        raise PermissionDenied("audit")
    entries = list(chosen(said))
    heads = (
        ("时间", "time"), ("用户名", "user"), ("姓名", "name"), ("动作", "action"), ("对象", "about"),
        ("内容", "details"), ("地址", "address"), ("动作代码", "code of the action"),
    )  # fmt: skip
    fields = tuple(Field(both(*one), kind="code" if one[0] == "用户名" else "text") for one in heads)
    rows: list[list[Value]] = [
        [
            timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M:%S"), one.who, one.name, one.words, one.about,
            both("；", "; ").join(f"{label} {text}" for label, text in one.details), one.address, one.action,
        ]
        for one in lines(entries)
    ]  # fmt: skip
    title = both("操作日志", "Log")
    told = [said[name] for name in ASKED if name != "action" and said.get(name)]
    told += [action_words(said["action"])] if said.get("action") else []
    facts = (both("筛选：", "asked for: ") + both("，", ", ").join(told) if told else both("全部", "all"),)
    state = both(f"{len(rows)} 行，只增不改", f"{len(rows)} lines, added to and never changed")
    head = Head(title, facts, state, trial=False, language=spoken())
    return f"{title}.xlsx", workbook_bytes(head, [Sheet(title, title, fields, rows, frozen=2)])
