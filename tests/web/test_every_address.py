"""Every address of the workbench as somebody limited, with ids of another place: nothing of a foreign firm comes out.

The addresses are read from the URL configuration: one that is new and not decided on here fails.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, QueryDict
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from jiqun.desk import screened
from jiqun.ledger.snapshot import snapshots
from jiqun.web.briefs.models import MadeReport, Schedule
from jiqun.web.campaigns.models import Campaign, Event
from jiqun.web.campaigns.state import ORDER
from jiqun.web.disposals.models import Disposal, DisposalEvent
from jiqun.web.drafts.models import DraftEvent, RuleDraft
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import WORKS
from jiqun.web.land import compared
from jiqun.web.ledger.models import Duty, Upload
from jiqun.web.people.actions import Person, add
from jiqun.web.people.audit import record
from jiqun.web.people.models import User
from jiqun.web.region import ledger, region, runs

GREEN = "green.carbon-intensity"
NUMBER, DOCUMENT = "33618.target.output", "yufubanfa-2023-72"
LIMITED = ("district", "park", "firm")
DENIED = frozenset({403, 404})
SHA = "0" * 64
READ_EVERYWHERE = {"csrfmiddlewaretoken", "next"}


@dataclass(frozen=True)
class Foreign:
    """A firm of another district, and one thing of every kind that belongs to it or to its officers."""

    firm: str
    name: str
    district: str
    park: str
    run: str
    earlier: str
    green: str
    own_campaign: int
    campaign: int
    appeal: int
    paper: int
    disposal: int
    upload: str
    job: int
    report: int
    schedule: int
    draft: int
    method: str
    imported: int
    snapshot: str
    person: int
    check_paper: int


@dataclass(frozen=True)
class Address:
    """What a place in the URL configuration needs, and what a limited user may get there.

    `theirs`: it names something of another place, so it is answered as if it were not there.
    `posts`: it only takes forms. `told`: why codes and names of others may stand there.
    """

    needs: Callable[[Foreign], dict[str, Any]] = lambda foreign: {}
    theirs: bool = False
    posts: bool = False
    told: str = ""


def _campaign(foreign: Foreign, **more: Any) -> dict[str, Any]:
    return {"number": foreign.own_campaign, "about": foreign.appeal, **more}


def _case(foreign: Foreign, **more: Any) -> dict[str, Any]:
    return {"run": foreign.run, "enterprise": foreign.firm, **more}


def _pair(foreign: Foreign) -> dict[str, Any]:
    return {"before": foreign.earlier, "after": foreign.run}


def _graded(foreign: Foreign, **more: Any) -> dict[str, Any]:
    return {"line": "green", "method": GREEN, **more}


ADDRESSES: dict[str, Address] = {
    "overview:home": Address(),
    "todo:mine": Address(),
    "people:login": Address(),
    "people:logout": Address(posts=True),
    "people:password": Address(),
    "people:language": Address(posts=True),
    "people:listing": Address(theirs=True),
    "people:add": Address(theirs=True),
    "people:firms": Address(theirs=True),
    "people:edit": Address(lambda it: {"number": it.person}, theirs=True),
    "people:tokens": Address(),
    "people:firm": Address(posts=True, theirs=True),
    "people:list": Address(theirs=True),
    "people:take": Address(posts=True, theirs=True),
    "people:audit": Address(theirs=True),
    "people:audit_export": Address(theirs=True),
    "jobs:listing": Address(),
    "jobs:one": Address(lambda it: {"number": it.job}, theirs=True),
    "jobs:file": Address(lambda it: {"number": it.job}, theirs=True),
    "enterprises:listing": Address(),
    "enterprises:export": Address(),
    "enterprises:firm": Address(lambda it: {"code": it.firm}, theirs=True),
    "enterprises:source": Address(lambda it: {"code": it.firm}, theirs=True),
    "ladder:boards": Address(),
    "ladder:screen": Address(posts=True),
    "ladder:release": Address(posts=True),
    "ladder:firms": Address(),
    "ladder:advice": Address(lambda it: {"code": it.firm}, theirs=True),
    "ladder:calendar": Address(),
    "ladder:export_calendar": Address(),
    "ladder:export": Address(),
    "grades:green": Address(),
    "grades:digital": Address(),
    "grades:board": Address(lambda it: {"line": "green"}),
    "grades:rule": Address(_graded),
    "grades:evaluate": Address(_graded, posts=True),
    "grades:export": Address(_graded),
    "grades:firm": Address(lambda it: _graded(it, run=it.green, subject=it.firm), theirs=True),
    "briefs:listing": Address(),
    "briefs:make": Address(posts=True),
    "briefs:schedules": Address(),
    "briefs:switch": Address(lambda it: {"number": it.schedule}, theirs=True, posts=True),
    "briefs:firm": Address(lambda it: {"code": it.firm}, theirs=True),
    "briefs:one": Address(lambda it: {"number": it.report}, theirs=True),
    "briefs:file": Address(lambda it: {"number": it.report}, theirs=True),
    "rules:listing": Address(),
    "rules:rule": Address(lambda it: {"id_": it.method}),
    "rules:numbers": Address(),
    "rules:number": Address(lambda it: {"id_": NUMBER}),
    "rules:number_sheet": Address(lambda it: {"id_": NUMBER}),
    "rules:objects": Address(),
    "rules:object": Address(lambda it: {"kind": "document", "id_": DOCUMENT}),
    "drafts:listing": Address(theirs=True),
    "drafts:publication": Address(lambda it: {"number": 1}, theirs=True),
    "drafts:sheet": Address(lambda it: {"number": it.draft}, theirs=True),
    "drafts:copy": Address(theirs=True, posts=True),
    "drafts:one": Address(lambda it: {"number": it.draft}, theirs=True),
    "drafts:text": Address(lambda it: {"number": it.draft}, theirs=True),
    "drafts:act": Address(lambda it: {"number": it.draft, "what": "drop"}, theirs=True, posts=True),
    "land:runs": Address(),
    "land:accounts": Address(),
    "land:accounts_export": Address(),
    "land:rankings": Address(),
    "land:rankings_export": Address(),
    "land:compare_choose": Address(),
    "land:compare": Address(_pair),
    "land:compare_start": Address(_pair, posts=True),
    "land:compare_export": Address(_pair),
    "land:evaluate": Address(posts=True),
    "land:grid": Address(lambda it: {"id_": it.run}),
    "land:ways": Address(lambda it: {"id_": it.run, "subject": it.firm}, theirs=True),
    "land:changes": Address(lambda it: {"id_": it.run, "subject": it.firm}, theirs=True),
    "land:export": Address(lambda it: {"id_": it.run, "kind": "xlsx"}),
    "land:firm": Address(lambda it: {"id_": it.run, "subject": it.firm}, theirs=True),
    "disposals:listing": Address(),
    "disposals:export": Address(),
    "disposals:one": Address(_case, theirs=True),
    "disposals:propose": Address(_case, theirs=True, posts=True),
    "disposals:act": Address(lambda it: _case(it, what="progress"), theirs=True, posts=True),
    "disposals:paper": Address(lambda it: {"number": it.disposal, "sha256": SHA}, theirs=True),
    "campaigns:listing": Address(),
    "campaigns:create": Address(posts=True),
    "campaigns:one": Address(lambda it: {"number": it.campaign}, theirs=True),
    "campaigns:act": Address(lambda it: {"number": it.campaign, "what": "check"}, theirs=True, posts=True),
    "campaigns:new_appeal": Address(lambda it: {"number": it.own_campaign}),
    "campaigns:appeal": Address(_campaign, theirs=True),
    "campaigns:add_paper": Address(_campaign, theirs=True, posts=True),
    "campaigns:paper": Address(lambda it: _campaign(it, paper=it.paper), theirs=True),
    "campaigns:check_paper": Address(lambda it: {"number": it.own_campaign, "paper": it.check_paper}, theirs=True),
    "campaigns:letter": Address(_campaign, theirs=True),
    "campaigns:letter_file": Address(_campaign, theirs=True),
    "campaigns:measures": Address(lambda it: {"number": it.own_campaign}),
    "campaigns:adjustments": Address(lambda it: {"number": it.own_campaign}),
    "campaigns:notice": Address(lambda it: {"number": it.own_campaign}, told="a public notice is for everybody"),
    "campaigns:notice_file": Address(lambda it: {"number": it.own_campaign}, told="a public notice is for everybody"),
    "ledger:imports": Address(),
    "ledger:new": Address(),
    "ledger:upload": Address(lambda it: {"token": it.upload}, theirs=True),
    "ledger:tell": Address(lambda it: {"token": it.upload}, theirs=True, posts=True),
    "ledger:commit": Address(lambda it: {"token": it.upload}, theirs=True, posts=True),
    "ledger:drop": Address(lambda it: {"token": it.upload}, theirs=True, posts=True),
    "ledger:upload_return": Address(lambda it: {"token": it.upload}, theirs=True),
    "ledger:one": Address(lambda it: {"number": it.imported}, theirs=True),
    "ledger:undo": Address(lambda it: {"number": it.imported}, theirs=True, posts=True),
    "ledger:original": Address(lambda it: {"number": it.imported}, theirs=True),
    "ledger:return": Address(lambda it: {"number": it.imported}, theirs=True),
    "ledger:board": Address(),
    "ledger:duty": Address(theirs=True, posts=True),
    "ledger:review": Address(theirs=True),
    "ledger:decide": Address(theirs=True, posts=True),
    "ledger:tables": Address(),
    "ledger:table": Address(lambda it: {"table": "enterprise_year"}),
    "ledger:table_export": Address(lambda it: {"table": "enterprise_year"}),
    "ledger:row": Address(lambda it: {"table": "enterprise_year"}, theirs=True),
    "ledger:template": Address(lambda it: {"table": "enterprise_year"}),
    "api:openapi-json": Address(),
    "api:api-root": Address(),
    "api:me": Address(),
    "api:list_runs": Address(),
    "api:one_run": Address(lambda it: {"id_": it.run}),
    "api:results": Address(lambda it: {"id_": it.run}),
    "api:explanation": Address(lambda it: {"id_": it.run, "subject": it.firm}, theirs=True),
    "api:ledger_rows": Address(lambda it: {"table": "enterprise_year"}),
    "api:list_snapshots": Address(),
    "api:datapackage": Address(lambda it: {"id_": it.snapshot}),
    "health": Address(),
}


def names(patterns: Any = None, space: str = "") -> Iterator[str]:
    """Give the full name of every address in the URL configuration; one without a name is given as it is written."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from names(one.url_patterns, inner)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}" if one.name else str(one.pattern)


def test_every_address_is_decided_on_here():
    found = set(names()) - {"", "^"}  # the API's answer to what is no address
    assert found == set(ADDRESSES)


# --- the foreign things


@pytest.fixture(scope="module")
def long_work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's tests keep a screening and a comparison, made once; no other test should see them."""
    return tmp_path_factory.mktemp("long-work")


@pytest.fixture(autouse=True)
def _long_work_is_done(_on_demo: None, long_work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (compared, screened):
        monkeypatch.setattr(module, "_FOLDER", long_work / module.__name__)
    if not any(long_work.iterdir()):
        WORKS["screen"]({"on": "2025-06-30", "year": 2024}, User(), lambda stage: None)
        early, late = sorted(_land_runs(), key=lambda one: one.period)
        compared.make(early.id, late.id)


def _land_runs() -> list[Any]:
    return [one for one in runs() if one.method_id == "per-mu.chongqing-template"]


@pytest.fixture
def foreign(people: dict[str, User]) -> Foreign:
    """Make one thing of every kind that belongs to a firm of another district, or to its officer."""
    mine = people["district"].place
    early, late = sorted(_land_runs(), key=lambda one: one.period)
    green = next(one.id for one in runs() if one.method_id == GREEN)
    low = set(late.trace.filter(pl.col("grade").cast(pl.String) == "D")["enterprise"])
    leases = ledger().table("occupancy")
    register = ledger().table("enterprise").drop_nulls(["park", "name"])
    others = register.filter((pl.col("district") != mine) & pl.col("enterprise").is_in(list(low)))
    others = others.filter(~pl.col("enterprise").is_in(leases["landlord"].drop_nulls().to_list()))
    row = others.sort("enterprise").row(0, named=True)
    officer = add(
        Person("rival", "district", row["district"], "外区", "外区经信委"), "long-password-9", "test", must_change=False
    )
    firm, now = row["enterprise"], timezone.now()
    title = f"{row['name']} {firm}"
    whole, theirs = (_campaign_of(late, district) for district in ("", row["district"]))
    appeal = _event(whole, "appeal.registered", enterprise=firm, request=title, evidence=title, field="", value="")
    paper = _event(whole, "appeal.evidence", about=appeal, file=f"{title}.pdf", sha256=SHA, size=1)
    _event(whole, "appeal.decided", about=appeal, decision="refused", reason=title)
    shown = _event(whole, "firm.evidence", enterprise=firm, file=f"{title}.pdf", sha256=SHA, size=1)
    _event(whole, "firm.checked", enterprise=firm, answer="wrong", words=title)
    _event(whole, "adjustment.proposed", enterprise=firm, kind="raise", grade="", steps=1, reason=title, document=title)
    case = Disposal.objects.create(enterprise=firm, year=int(late.plan.period.year), run=late.id)
    for kind, said in (
        ("proposed", {"way": "merge", "unit": title, "due": str(timezone.localdate() + timedelta(3))}),
        ("paper", {"file": f"{title}.pdf", "sha256": SHA}),
    ):
        DisposalEvent.objects.create(disposal=case, at=now, by="rival", kind=kind, details=said)
    upload = Upload.objects.create(
        token="f" * 32,
        table="enterprise_year",
        period="2024",
        file=f"{title}.csv",
        size=1,
        owner=officer,
        at=now,
        state="checked",
    )
    job = Job.objects.create(
        kind="report", title=title, owner=officer, asked_at=now, problems=[{"code": "", "text": title}]
    )
    report = MadeReport.objects.create(
        kind="district",
        title=title,
        file="x.docx",
        size=1,
        column="district",
        place=row["district"],
        owner=officer,
        made_at=now,
    )
    schedule = Schedule.objects.create(
        kind="district", arguments={"report": "district", "district": row["district"]}, every="weekly", day=1,
        reader=officer, made_by="rival", next_due=date(2030, 1, 7),
    )  # fmt: skip
    draft = RuleDraft.objects.create(about=late.method_id, base=late.edition, edition="2027")
    DraftEvent.objects.create(draft=draft, at=now, by="rival", kind="revised", details={"files": {}, "reason": title})
    Duty.objects.create(
        table="enterprise_year", district=row["district"], year=2024, unit=title, person=title, due=date(2025, 1, 1)
    )
    record("rival", "ledger.row", title)
    return Foreign(
        firm, row["name"], row["district"], row["park"], late.id, early.id, green, whole.pk,
        theirs.pk, appeal, paper, case.pk, upload.token, job.pk, report.pk, schedule.pk, draft.pk, late.method_id,
        ledger().view.log.imports[0].number, snapshots(region().workspace)[-1].id, people["analyst"].pk, shown,
    )  # fmt: skip


def _campaign_of(run: Any, district: str) -> Campaign:
    today = timezone.localdate()
    made = Campaign.objects.create(
        method=run.method_id, year=int(run.plan.period.year), district=district, title=f"批次 {district}", answer_days=2
    )
    _event(made, "campaign.created", plan={one: (str(today), str(today + timedelta(3))) for one in ORDER})
    _event(made, "trial.done", run=run.id)
    _event(made, "notice.published", run=run.id, until=str(today + timedelta(3)))
    _event(made, "stage.entered", stage="appeal", reason="")
    return made


def _event(campaign: Campaign, what: str, /, about: int = 0, **said: Any) -> int:
    made = Event.objects.create(campaign=campaign, at=timezone.now(), by="rival", kind=what, about=about, details=said)
    return int(made.pk)


# --- what an answer tells


@dataclass
class Watch:
    """What must not stand in an answer for somebody: codes and names of others, and exact figures of theirs."""

    codes: frozenset[str]
    names: frozenset[str]
    figures: frozenset[str]
    found: list[str] = field(default_factory=list)

    def look(self, where: str, answer: HttpResponse, but: str = "") -> None:
        """Read an answer; what stood in the question itself tells nothing, and so may be repeated."""
        text = text_of(answer)
        told = {} if but else {one: "code" for one in re.findall(r"[0-9A-Z]{18}", text) if one in self.codes}
        told |= {} if but else {one: "name" for one in self.names if one in text}
        told |= {one: "figure" for one in re.findall(r"\d[\d,]*\.?\d*", text) if one in self.figures}
        self.found += [f"{where}: {kind} {one}" for one, kind in told.items() if one not in where]


def text_of(answer: HttpResponse) -> str:
    """Return all that an answer says; a workbook, a document and a package are opened."""
    content = answer.content
    if content[:2] == b"PK":
        files = zipfile.ZipFile(BytesIO(content))
        content = b"\n".join(files.read(one) for one in files.namelist())
    heads = " ".join(f"{name} {value}" for name, value in answer.items())
    return f"{content.decode('utf-8', 'replace')} {heads}"


def watch_of(user: User) -> Watch:
    """Watch for every firm that is not the user's, except the other side of an own lease."""
    register, leases = ledger().table("enterprise"), ledger().table("occupancy")
    own = set(register.filter(pl.col(user.means.limited_by) == user.place)["enterprise"])
    linked = leases.filter(pl.col("enterprise").is_in(list(own)) | pl.col("landlord").is_in(list(own)))
    known = own | set(linked["enterprise"]) | set(linked["landlord"].drop_nulls())
    others = register.filter(~pl.col("enterprise").is_in(list(known)))
    own_names = "\n".join(register.filter(pl.col("enterprise").is_in(list(known)))["name"].drop_nulls())
    names_ = frozenset(one for one in others["name"].drop_nulls() if one not in own_names)
    years = ledger().table("enterprise_year")
    theirs, mine = (years.filter(pl.col("enterprise").is_in(list(known)) == is_own) for is_own in (False, True))
    figures = written(theirs) - written(mine)
    return Watch(frozenset(others["enterprise"]), names_, frozenset(figures))


def masked_watch() -> Watch:
    """Watch for the restricted figures of every firm; who is whom may be seen."""
    fields = region().contract("enterprise_year").fields
    columns = [one.name for one in fields if one.sensitivity == "restricted" and one.type == "number"]
    assert {"revenue", "tax", "value_added", "energy"} <= set(columns)
    return Watch(frozenset(), frozenset(), frozenset(written(ledger().table("enterprise_year"), columns)))


def written(rows: pl.DataFrame, columns: Iterable[str] = ("revenue", "output", "tax", "value_added")) -> set[str]:
    """Return figures of rows as pages and files write them, where they have digits enough to be told apart."""
    found = set()
    for column in columns:
        for value in rows[column].drop_nulls():
            found |= {f"{value:,.2f}", f"{value:.2f}", repr(float(value))}
    return {one for one in found if sum(each.isdigit() for each in one) >= 7}


# --- walking


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that pages read from their query, while they are asked for."""
    found: set[str] = set()
    for method in ("get", "__getitem__", "getlist", "__contains__"):
        real = getattr(QueryDict, method)

        def noting(self: QueryDict, name: str, *more: Any, _real: Any = real) -> Any:
            found.add(name)
            return _real(self, name, *more)

        monkeypatch.setattr(QueryDict, method, noting)
    return found


def guesses(key: str, it: Foreign) -> tuple[str, ...]:
    """Return what somebody would write into a query to see another's firm."""
    fitting = {
        "district": it.district,
        "park": it.park,
        "run": it.run,
        "year": "2024",
        "by": "park",
        "measure": "revenue",
        "tab": "all",
    }
    return (fitting[key],) if key in fitting else (it.firm, it.name) if key in ("q", "enterprise") else (it.firm,)


def addresses(it: Foreign) -> Iterator[tuple[str, Address, str]]:
    for name, one in ADDRESSES.items():
        yield name, one, reverse(name, kwargs=one.needs(it)) if name != "health" else "/health/"


@pytest.mark.parametrize("username", LIMITED)
def test_no_address_and_no_query_shows_a_firm_of_another_place(as_user, people, foreign, asked, username):
    client, watch = as_user(username), watch_of(people[username])
    assert foreign.firm in watch.codes and watch.figures
    row = {"enterprise": foreign.firm, "year": "2024", "column": "revenue"}

    def get(to: str, one: Address, query: dict[str, str]) -> int:
        answer = client.get(to, query)
        assert answer.status_code < 500, (to, query)
        watch.look(f"{to} {query}", answer, one.told)
        return int(answer.status_code)

    for _, one, to in addresses(foreign):
        asked.clear()
        if not one.posts:
            status = get(to, one, row if one.theirs else {})
            assert status in DENIED or not one.theirs, (to, status)
            for key in sorted(asked - READ_EVERYWHERE) if username == "district" and not one.theirs else ():
                for value in guesses(key, foreign):
                    get(to, one, {key: value})
    assert not watch.found, "\n".join(watch.found)


@pytest.mark.parametrize("username", LIMITED)
def test_no_form_changes_anything_of_another_place(as_user, people, foreign, username):
    client, watch = as_user(username), watch_of(people[username])
    kinds = (Event, DisposalEvent, DraftEvent, Job, MadeReport)
    before = [kind.objects.count() for kind in kinds]
    for _, one, to in addresses(foreign):
        if not one.theirs or to.startswith("/api/"):
            continue
        said = {
            "enterprise": foreign.firm,
            "about": foreign.appeal,
            "answer": "right",
            "reason": "x",
            "text": "x",
            "to": "on",
        }
        answer = client.post(to, said)
        assert answer.status_code in {*DENIED, 405}, (to, answer.status_code)
        watch.look(to, answer)
    assert [kind.objects.count() for kind in kinds] == before and not watch.found, watch.found
    foreign_upload = Upload.objects.get(token=foreign.upload)
    assert foreign_upload.state == "checked" and Schedule.objects.get().next_due == date(2030, 1, 7)


def test_a_firm_of_another_place_cannot_be_named_in_a_form(as_user, people, foreign):
    """Forms that take a firm's code or name answer as if there were no such firm."""
    client, watch = as_user("district"), watch_of(people["district"])
    to = reverse("campaigns:act", kwargs={"number": foreign.own_campaign, "what": "appeal"})
    for firm in (foreign.firm, foreign.name):
        answer = client.post(to, {"enterprise": firm, "request": "x", "evidence": "x"}, follow=True)
        watch.look(f"{to} {firm}", answer)
        client.post(reverse("briefs:make"), {"kind": "letter", "firm": firm, "ending": "docx"}, follow=True)
    client.post(reverse("briefs:make"), {"kind": "district", "district": foreign.district}, follow=True)
    assert Event.objects.filter(kind="appeal.registered").count() == 1 and not watch.found, watch.found
    assert Job.objects.count() == 1


# --- those who see the whole region, and not everything of it

WRITING = frozenset(
    {
        "people:listing", "people:list", "people:add", "people:firms", "people:edit", "ladder:screen", "ladder:release", "grades:evaluate", "drafts:copy",
        "land:evaluate", "disposals:propose", "disposals:act", "campaigns:create", "campaigns:act", "ledger:undo",
        "ledger:duty", "ledger:review", "ledger:decide", "campaigns:new_appeal",
    }
)  # fmt: skip
DRAFTS = frozenset({"drafts:listing", "drafts:publication", "drafts:sheet", "drafts:one", "drafts:text", "drafts:act"})
HANDING_IN = frozenset(
    {"ledger:new", "ledger:upload", "ledger:tell", "ledger:commit", "ledger:drop", "ledger:upload_return"}
)
PAPERS = frozenset({"campaigns:paper", "campaigns:check_paper", "disposals:paper"})  # they tell figures
OTHERS_FILES = frozenset({"jobs:file", "briefs:switch", "briefs:file"})  # made by somebody, for whom it was made
THERE_IS_NONE = frozenset({"drafts:publication", "drafts:sheet", "briefs:make", "ledger:return", "api:api-root"})
MASKED = (
    frozenset({"enterprises:source", "land:rankings_export", "people:audit", "people:audit_export", "jobs:one"})
    | DRAFTS
)
ANOTHER_VIEW = frozenset({"tab", "by", "measure", "sort"})
CLOSED = {
    "leader": WRITING | PAPERS | OTHERS_FILES | THERE_IS_NONE | MASKED | HANDING_IN,
    "tax": WRITING
    | PAPERS
    | OTHERS_FILES
    | THERE_IS_NONE
    | MASKED
    | (HANDING_IN - {"ledger:new"}),  # its own uploads only
    "auditor": WRITING | OTHERS_FILES | THERE_IS_NONE | HANDING_IN | {"drafts:act"},
}


@pytest.mark.parametrize("username", CLOSED)
def test_who_sees_the_whole_region_reads_no_more_than_the_role_allows(as_user, foreign, asked, username):
    client = as_user(username)
    watch = Watch(frozenset(), frozenset(), frozenset()) if username == "auditor" else masked_watch()
    row = {"enterprise": foreign.firm, "year": "2024", "column": "revenue"}
    open_, closed = [], []
    for name, one, to in addresses(foreign):
        if one.posts:
            continue
        asked.clear()
        answer = client.get(to, row if one.theirs else {})
        assert answer.status_code < 500, to
        watch.look(to, answer)
        for key in sorted(asked & ANOTHER_VIEW) if username == "leader" else ():
            for value in ("all", "tax"):
                more = client.get(to, {**row, key: value} if one.theirs else {key: value})
                assert more.status_code < 500, (to, key, value)
                watch.look(f"{to} {key}={value}", more)
        (open_ if answer.status_code not in DENIED else closed).append(name)
    asked_for = {name for name, one in ADDRESSES.items() if not one.posts}
    assert set(closed) == CLOSED[username] & asked_for, set(closed) ^ CLOSED[username] & asked_for
    assert not watch.found, "\n".join(watch.found)


@pytest.mark.parametrize("username", CLOSED)
def test_who_only_reads_changes_nothing_by_any_form(as_user, foreign, username):
    """A comparison may be asked for: it is worked out from what can be read anyway and kept for the next reader."""
    client = as_user(username)
    kinds = (Event, DisposalEvent, DraftEvent, MadeReport, Campaign, Duty, Schedule, Upload, User)
    before = [kind.objects.count() for kind in kinds]
    for name, one, to in addresses(foreign):
        takes_forms = one.posts or name in WRITING | HANDING_IN
        if name == "people:logout" or not takes_forms:
            continue
        paper = SimpleUploadedFile("x.pdf", b"%PDF-1.4")
        said = {"enterprise": foreign.firm, "reason": "x", "kind": "raise", "answer": "right", "paper": paper}
        answer = client.post(to, said)
        assert answer.status_code < 500, to
        if name in CLOSED[username]:
            assert answer.status_code in {*DENIED, 405}, (to, answer.status_code)
    assert [kind.objects.count() for kind in kinds] == before
    assert set(Job.objects.exclude(pk=foreign.job).values_list("kind", flat=True)) <= {"land.compare"}
