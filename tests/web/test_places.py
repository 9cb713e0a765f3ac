"""Several places of one account: a union for districts and parks, one firm at a time for who answers for several."""

from __future__ import annotations

import re
from urllib.parse import unquote

import polars as pl
import pytest
from django.test import Client
from tests.web.campaign_events import campaign, event, noticed

from jiqun.problems import ProblemsError
from jiqun.web.briefs.models import MadeReport
from jiqun.web.briefs.queries import Asked, check, may_read
from jiqun.web.campaigns.state import state_of
from jiqun.web.enterprises.register import place_names
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.ledger.queries import _colleagues
from jiqun.web.people import tokens
from jiqun.web.people.actions import MOST_PLACES, Person, add, change
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger, runs
from jiqun.web.shell.refused import RefusedError

PASSWORD = "first-password-1"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def register() -> pl.DataFrame:
    return ledger().table("enterprise").drop_nulls(["district", "name"]).sort("enterprise")


@pytest.fixture
def run():
    return max((one for one in runs() if one.method_id.startswith("per-mu.chongqing")), key=lambda one: one.period)


@pytest.fixture
def deputy(people, register) -> User:
    """An officer who stands in for two districts."""
    first, second = register["district"].unique(maintain_order=True)[:2]
    return add(Person("deputy", "district", first, other_places=(second,)), PASSWORD, "admin", must_change=False)


@pytest.fixture
def firms(run, register) -> tuple[str, str]:
    """Two firms with a grade, of different districts."""
    graded = register.join(run.trace.drop_nulls("grade").select("enterprise"), on="enterprise", how="semi")
    return tuple(graded.unique("district", keep="first", maintain_order=True)["enterprise"][:2])


@pytest.fixture
def clerk(people, firms) -> User:
    """A group's clerk who answers for both."""
    return add(Person("clerk", "enterprise", firms[0], other_places=(firms[1],)), PASSWORD, "admin", must_change=False)


def test_an_officer_of_two_districts_sees_the_firms_of_both_and_of_no_third(deputy, register, run):
    places = {deputy.place, *deputy.other_places}
    own = set(register.filter(pl.col("district").is_in(list(places)))["enterprise"])
    assert len(places) == 2 and set(ledger().firms(scope_of(deputy))) == own
    client = client_of(deputy)
    grid = client.get(f"/land/runs/{run.id}/").context
    assert {row.subject for row in grid["rows"]} <= own
    assert {one.code for one in grid["districts"]} == places
    foreign = register.filter(~pl.col("district").is_in(list(places)))["enterprise"][0]
    assert client.get(f"/land/runs/{run.id}/firms/{foreign}/").status_code == 404
    assert client.get(f"/enterprises/{foreign}/").status_code == 404
    content = pl.read_csv(client.get(f"/land/runs/{run.id}/export.csv").content, infer_schema=False)
    assert set(content[content.columns[0]].to_list()) <= own
    api = {"Authorization": f"Bearer {tokens.make(deputy, 'test')}"}
    rows = Client().get("/api/ledger/enterprise?limit=1000", headers=api).json()
    assert set(rows["places"]) == places == {one["district"] for one in rows["rows"]}
    assert {one["code"] for one in Client().get("/api/me", headers=api).json()["places"]} == places
    for to in (f"/land/runs/{run.id}/export.csv", "/land/accounts.xlsx", "/enterprises/export.xlsx"):
        name = unquote(client.get(to)["Content-Disposition"])
        assert all(place_names()[one] in name for one in places), "a file says whose rows are in it"
    assert Client().get("/api/me", headers=api).json()["role"] == "district"


def test_its_pages_and_reports_name_both_districts(deputy, register):
    page = client_of(deputy).get("/").content.decode()
    whose = re.search(r'<span class="jq-whose" title="([^"]+)"', page)
    assert (
        whose is not None
        and whose[1].count("、") == 1
        and all(part.endswith(("区", "县")) for part in whose[1].split("、"))
    )
    single = add(Person("single", "district", deputy.place), PASSWORD, "admin", must_change=False)
    assert "jq-whose" not in client_of(single).get("/").content.decode(), "one place needs no mark"
    both = MadeReport(kind="bulletin", column="district", place=scope_of(deputy).whose)
    own = MadeReport(kind="bulletin", column="district", place=deputy.place)
    assert may_read(deputy, both) and may_read(deputy, own) and may_read(single, own)
    assert not may_read(single, both), "it tells of a district that is not hers"


def test_what_somebody_with_more_places_handed_in_is_not_known_to_who_has_one_of_them(deputy):
    single = add(Person("single", "district", deputy.place), PASSWORD, "admin", must_change=False)
    assert "deputy" not in _colleagues(single) and {"single", "deputy"} <= set(_colleagues(deputy))
    change(deputy, "admin", other_places=[])
    assert "deputy" in _colleagues(single)
    assert _colleagues(single)["deputy"] > AuditEntry.objects.filter(action="people.add").latest("id").at, "since then"


def test_a_clerk_of_two_firms_sees_one_at_a_time_and_every_page_says_which(clerk, firms, run):
    noticed(run.id)
    client, (first, second) = client_of(clerk), firms
    assert set(ledger().firms(scope_of(clerk))) == {first}
    page = client.get("/").content.decode()
    assert f'<option value="{first}" selected' in page and f'<option value="{second}" lang' in page
    assert client.get(f"/land/runs/{run.id}/firms/{first}/").status_code == 200
    assert client.get(f"/land/runs/{run.id}/firms/{second}/").status_code == 404
    assert client.post("/people/firm/", {"firm": second}).status_code == 302
    assert f'<option value="{second}" selected' in client.get("/enterprises/").content.decode()
    assert client.get(f"/land/runs/{run.id}/firms/{first}/").status_code == 404
    assert client.get(f"/land/runs/{run.id}/firms/{second}/").status_code == 200
    assert AuditEntry.objects.filter(who="clerk", action="land.explain", details__acting_for=second).exists()
    assert client.post("/people/firm/", {"firm": "91500112MA5W000014"}).status_code == 404
    other = client_of(clerk)
    assert other.get(f"/land/runs/{run.id}/firms/{first}/").status_code == 200, "another session looks at the main one"


def test_what_is_public_for_one_firm_tells_nothing_of_the_other(clerk, firms, run, register):
    home = register.filter(pl.col("enterprise") == firms[0])["district"][0]
    noticed(run.id, home)
    client = client_of(clerk)
    assert client.get(f"/land/runs/{run.id}/").status_code == 200
    client.post("/people/firm/", {"firm": firms[1]})
    assert client.get(f"/land/runs/{run.id}/").status_code == 404, "no notice in the other firm's district"


def test_a_form_that_was_opened_for_one_firm_is_not_saved_for_the_other(clerk, firms):
    of, client = campaign("check"), client_of(clerk)
    page = client.get(f"/campaigns/{of.pk}/").content.decode()
    assert f'<input type="hidden" name="acting_for" value="{firms[0]}">' in page
    to = f"/campaigns/{of.pk}/do/check/"
    sent = {"answer": "wrong", "words": "税收应为 120", "enterprise": firms[0], "acting_for": firms[0]}
    client.post("/people/firm/", {"firm": firms[1]})
    refused = client.post(to, sent, headers={"Referer": f"http://testserver/campaigns/{of.pk}/"})
    assert refused.status_code == 403 and "另一家企业" in refused.content.decode()
    assert "税收应为 120" in refused.content.decode(), "what was typed is not lost"
    assert "换回那家企业" in refused.content.decode() and not state_of(of).checked
    back = client.post("/people/firm/", {"firm": firms[0], "acting_for": firms[0]})
    assert back.status_code == 302, "a page that is still open for one firm can lead back to it"
    client.post("/people/firm/", {"firm": firms[1]})
    client.post(to, sent | {"enterprise": firms[1], "acting_for": firms[1]})
    client.post("/people/firm/", {"firm": firms[0]})
    client.post(to, sent)
    assert set(state_of(of).checked) == set(firms), "each firm has its own answer"
    lines = AuditEntry.objects.filter(action="campaign.firm.checked").order_by("id")
    assert [one.details["acting_for"] for one in lines] == [firms[1], firms[0]]


def test_an_appeal_is_the_firm_s_that_is_looked_at(clerk, firms, run):
    of, client = campaign("notice"), client_of(clerk)
    event(of, "trial.done", run=run.id, snapshot=run.snapshot)
    event(of, "notice.published", run=run.id, until="2030-01-01", organ="市经信委")
    event(of, "stage.entered", stage="appeal", reason="")
    client.post("/people/firm/", {"firm": firms[1]})
    client.post(f"/campaigns/{of.pk}/do/appeal/", {"request": "复核税收", "evidence": "完税证明"})
    client.post(f"/campaigns/{of.pk}/do/appeal/", {"request": "x", "evidence": "y", "enterprise": firms[0]})
    assert [one.said["enterprise"] for one in state_of(of).appeals.values()] == [firms[1]]


def test_a_job_is_done_for_the_firm_that_it_was_asked_for(clerk, firms, run):
    noticed(run.id)
    client = client_of(clerk)
    client.post("/people/firm/", {"firm": firms[1]})
    client.post("/reports/make/", {"kind": "letter", "firm": firms[1], "ending": "docx"})
    client.post("/people/firm/", {"firm": firms[0]})
    assert Job.objects.get(kind="report").arguments["acting_for"] == firms[1]
    do_all()
    made = MadeReport.objects.get()
    assert (made.column, made.place) == ("enterprise", firms[1]), Job.objects.get(kind="report").problems
    assert client.get(f"/reports/{made.pk}/").status_code == 404, "it is the other firm's"
    client.post("/people/firm/", {"firm": firms[1]})
    assert client.get(f"/reports/{made.pk}/").status_code == 200


def test_a_token_is_for_the_firm_that_was_looked_at_and_says_so(clerk, firms):
    client = client_of(clerk)
    client.post("/people/firm/", {"firm": firms[1]})
    page = client.post("/people/tokens/", {"title": "月报"}).content.decode()
    secret = re.search(r"jq_[\w-]+", page)
    assert secret is not None
    api = {"Authorization": f"Bearer {secret[0]}"}
    client.post("/people/firm/", {"firm": firms[0]})
    told = Client().get("/api/me", headers=api).json()
    assert [one["code"] for one in told["places"]] == [firms[1]] and told["places"][0]["name"] != firms[1]
    rows = Client().get("/api/ledger/enterprise", headers=api).json()
    assert [one["enterprise"] for one in rows["rows"]] == rows["places"] == [firms[1]]
    assert [one["code"] for one in client.get("/api/me").json()["places"]] == [firms[0]], "the browser's own"


def test_sessions_and_tokens_end_when_the_places_change(clerk, firms, as_user):
    client, secret = client_of(clerk), tokens.make(clerk, "月报")
    said = {"role": "enterprise", "place": firms[0], "other_places": "", "is_active": "on"}
    as_user("admin").post(f"/people/{clerk.pk}/", said)
    assert client.get("/").status_code == 302 and tokens.user_of(secret) is None
    clerk.refresh_from_db()
    assert clerk.places == (firms[0],) and not clerk.chooses
    line = AuditEntry.objects.filter(action="people.change").latest("id")
    assert line.details["before"]["other_places"] == [firms[1]] and line.details["after"]["other_places"] == []


def test_places_are_given_by_name_line_by_line_and_a_wrong_one_is_said_at_its_field(as_user, firms):
    admin = as_user("admin")
    said = {"username": "li", "role": "district", "place": "巴南区", "other_places": "渝北区\n 500113 \n"}
    assert "初始密码" in admin.post("/people/add/", said).content.decode()
    assert User.objects.get(username="li").places == ("500113", "500112"), "each once, the main one first"
    page = admin.get("/people/").content.decode()
    assert "巴南区" in page and "渝北区" in page
    wrong = admin.post("/people/add/", said | {"username": "wu", "other_places": "不存在区"})
    text = wrong.content.decode()
    assert wrong.status_code == 422 and not User.objects.filter(username="wu").exists()
    assert "<textarea" in text.split('aria-invalid="true"')[0].rsplit("\n", 1)[1] and "不存在区" in text
    assert 'value="wu"' in text, "what was typed stays"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"username": "li ming"}, "username"),
        ({"username": "analyst"}, "username"),
        ({"role": ""}, "role"),
        ({"role": "district"}, "place"),
        ({"role": "enterprise", "place": "没有这家"}, "place"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_at_its_field(as_user, said, field):
    answer = as_user("admin").post("/people/add/", {"username": "li", "role": "leader", **said})
    marked = re.findall(r'<(?:input|select|textarea)[^>]*name="(\w+)"[^>]*aria-invalid="true"', answer.content.decode())
    assert answer.status_code == 422 and marked == [field]


def test_an_account_has_no_more_places_than_a_report_can_name(register):
    codes = tuple(register["enterprise"][: MOST_PLACES + 1])
    with pytest.raises(RefusedError, match=str(MOST_PLACES)):
        add(Person("many", "enterprise", codes[0], other_places=codes[1:]), PASSWORD, "admin")
    assert add(Person("city", "leader", "", other_places=codes), PASSWORD, "admin").places == (), "sees all anyway"


def test_a_report_may_be_had_of_either_district_and_of_no_third(deputy, register):
    for own in deputy.places:
        check(deputy, Asked("district", district=own))
    third = next(one for one in register["district"].unique() if one not in deputy.places)
    with pytest.raises(ProblemsError, match="REPORT-001"):
        check(deputy, Asked("district", district=third))
