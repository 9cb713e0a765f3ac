"""What files, data that is owed, open firms, disposals, drafts and titles ask of somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from jiqun.web.disposals.actions import DECIDE, PROPOSE
from jiqun.web.disposals.models import Disposal
from jiqun.web.disposals.state import State as Case
from jiqun.web.disposals.state import state_of as state_of_case
from jiqun.web.drafts import actions as drafting
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.queries import draft_title
from jiqun.web.drafts.state import State as Draft
from jiqun.web.drafts.state import state_of as state_of_draft
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.ledger.queries import import_lines
from jiqun.web.overview.due import SOON, Due, owed, titles
from jiqun.web.people.eyes import same_eyes
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger
from jiqun.web.shell.language import both, counted, spoken
from jiqun.web.todo.task import Task, light_of_day


def ledger_tasks(user: User, today: date) -> Iterator[Task]:
    """Return the user's own files that wait, the data the user's unit owes, and the firms nobody recognised yet."""
    if user.may("import"):
        yield from _files(user, today)
        yield from _returned(user, today)
        found = owed(scope_of(user), today, lambda duty: is_owed_by(duty, user))
        yield from (_of_due(one, both("报齐数据", "Hand in data"), today) for one in found)
    count = ledger().view.standing.open.height if user.may("review") else 0
    if count:
        about = both(f"{count} 条填报不知是哪家企业", counted(f"{count} report(s) whose firm is not known", count))
        what = both("认领企业", "Recognise firms")
        yield Task(what, about, reverse("ledger:review"), None, light_of_day(None, today), count)


def is_owed_by(duty: Duty, user: User) -> bool:
    """Tell whether a duty is a user's: by the person's name, or the unit's, with or without the place before it."""
    if duty.person and duty.person == user.full_name:
        return True
    longer, shorter = sorted((duty.unit.strip(), user.unit.strip()), key=len, reverse=True)
    return bool(shorter) and longer.endswith(shorter)


def _files(user: User, today: date) -> Iterator[Task]:
    for one in Upload.objects.filter(owner=user, state__in=("checked", "refused")).defer("preview"):
        day = timezone.localdate(one.at) + timedelta(days=settings.UPLOAD_DAYS)
        what = both("看过预览，决定入库", "Look at a preview and commit it")
        if one.state == "refused":
            what = both("改正文件重报", "Correct a file and hand it in again")
        yield Task(what, one.file, reverse("ledger:upload", args=[one.token]), day, light_of_day(day, today))


def _returned(user: User, today: date) -> Iterator[Task]:
    """Return the own imports whose rows came back and were not handed in anew."""
    for line in import_lines(user):
        if line.waits and line.one.who == user.get_username():
            what = both("更正退回的行再导入", "Correct the returned rows and import them")
            count = both(f"退回 {line.one.bad_rows} 行", counted(f"{line.one.bad_rows} row(s)", line.one.bad_rows))
            about = f"{line.one.file}{both('，', ', ')}{count}"
            yield Task(what, about, reverse("ledger:one", args=[line.one.number]), None, light_of_day(None, today))


def _of_due(one: Due, what: str, today: date) -> Task:
    return Task(what, one.about, one.to, one.day, light_of_day(one.day, today))


def title_tasks(user: User, today: date) -> Iterator[Task]:
    """Return the titles that a firm itself must update or have reviewed within the week."""
    scope = scope_of(user)
    if scope.column == "enterprise":
        found = titles(scope, today, spoken())
        yield from (_of_due(one, one.what, today) for one in found if one.day <= today + SOON)


def disposal_tasks(user: User, today: date) -> Iterator[Task]:
    """Return the cases of low-efficiency firms that wait for this user's word, and those of the unit that are due."""
    scope = scope_of(user)
    decides, acts = (any(user.may(one) for one in rights) for rights in (DECIDE, PROPOSE))
    if not (decides or acts):
        return
    register = ledger().table("enterprise")
    mine = None if scope.whole else scope.firms(register)
    names: dict[str, str] = {}
    for disposal in Disposal.objects.prefetch_related("events"):
        if mine is not None and disposal.enterprise not in mine:
            continue
        case = state_of_case(disposal)
        what = _of_case(case, user, today, decides, acts)
        if what:
            names = names or dict(register.select("enterprise", "name").iter_rows())
            page = ("disposals:one", [disposal.run, disposal.enterprise]) if disposal.run else ("disposals:listing", [])
            about = names.get(disposal.enterprise) or disposal.enterprise
            yield Task(what, about, reverse(page[0], args=page[1]), case.due, light_of_day(case.due, today))


def _of_case(case: Case, user: User, today: date, decides: bool, acts: bool) -> str:
    if case.stage in ("proposed", "asked"):
        if not decides or same_eyes(user, case.asked_by):
            return ""
        if case.stage == "asked":
            return both("销号低效企业", "Close a disposal")
        return both("确认低效企业处置方式", "Confirm a way of disposal")
    is_ours = bool(user.unit) and case.unit == user.unit
    is_near = case.stage == "running" and case.due is not None and case.due <= today + SOON
    return both("办结低效企业处置", "Finish a disposal") if acts and is_ours and is_near else ""


def open_drafts() -> tuple[Draft, ...]:
    """Return where every draft stands that is neither published nor dropped."""
    going = RuleDraft.objects.exclude(events__kind__in=("published", "dropped")).prefetch_related("events")
    return tuple(state_of_draft(one) for one in going)


def draft_tasks(states: tuple[Draft, ...], user: User, today: date) -> Iterator[Task]:
    """Return the drafts that this user may publish now, and the user's own that were sent back."""
    for state in states:
        what = ""
        if user.may(drafting.PUBLISH) and not drafting.lacking(state, user):
            what = both("审定发布办法草稿", "Publish a draft")
        elif state.events and state.events[-1].kind == "returned" and user.get_username() in state.authors:
            what = both("修改退回的草稿", "Revise a draft that came back")
        if what:
            about = f"{draft_title(state)} {state.draft.edition}"
            yield Task(what, about, reverse("drafts:one", args=[state.draft.pk]), None, light_of_day(None, today))
