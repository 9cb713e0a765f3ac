"""The pages of per-mu evaluations say what the run says."""

from __future__ import annotations

import re

import polars as pl
import pytest

from jiqun.methods.explanation.model import LineOfClass
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import SILENT, claim, do_all
from jiqun.web.land.histogram import Totals
from jiqun.web.land.standing import bands
from jiqun.web.people.models import AuditEntry
from jiqun.web.region import ledger, runs


@pytest.fixture
def run():
    return next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))


def test_the_grid_has_every_firm_once_and_counts_as_the_run_does(as_user, run):
    client, seen, number = as_user("analyst"), [], 1
    populations = list(run.plan.populations)
    for population in populations:
        page = client.get(f"/land/runs/{run.id}/", {"population": population, "page": number}).context["page"]
        for number in page.paginator.page_range:
            said = {"population": population, "page": number}
            seen += [row.subject for row in client.get(f"/land/runs/{run.id}/", said).context["rows"]]
    inside = run.trace.drop_nulls("population")["enterprise"].to_list()
    assert sorted(seen) == sorted(inside)


def test_everybody_has_the_counts_of_his_own_firms_whoever_looked_before(as_user, people, run):
    firms = ledger().table("enterprise").filter(pl.col("district") == people["district"].place)
    own = run.trace.drop_nulls("population").filter(pl.col("enterprise").is_in(firms["enterprise"].to_list()))
    every = run.trace.drop_nulls("population")
    for who, rows in (("analyst", every), ("district", own), ("analyst", every)):
        page = as_user(who).get(f"/land/runs/{run.id}/").context
        assert [count for *_, count in page["populations"]] == [
            rows.filter(pl.col("population") == one).height for one in run.plan.populations
        ]
        picked = rows.filter(pl.col("population") == next(iter(run.plan.populations)))
        told = dict(page["counts"])
        assert told.pop("") == picked["grade"].null_count()
        assert told == {one: picked.filter(pl.col("grade") == one).height for one in told}
    assert 0 < own.height < every.height
    assert [one.code for one in page["districts"]] != [people["district"].place]
    mine = as_user("district").get(f"/land/runs/{run.id}/").context["districts"]
    assert [one.code for one in mine] == [people["district"].place]


def test_the_first_page_leads_to_as_many_graded_firms_of_a_district_as_it_counts(as_user):
    leading, lines = as_user("analyst").get("/").context["leading"]
    for line in lines[:2]:
        counted = 0
        for population in leading.plan.populations:
            said = {"district": line.code, "population": population}
            page = as_user("analyst").get(f"/land/runs/{leading.id}/", said).context
            counted += sum(count for letter, count in page["counts"] if letter)
        assert counted == line.graded


def test_a_cut_line_stands_between_the_last_of_a_grade_and_the_first_of_the_next(as_user, run):
    district = run.trace.drop_nulls("grade__ranked")["pool"].mode().sort()[0]
    rows = as_user("analyst").get(f"/land/runs/{run.id}/", {"district": district}).context["rows"]
    for before, row in zip(rows, rows[1:], strict=False):
        same_ranking = before.rank is not None and row.rank is not None and row.rank > before.rank
        if same_ranking and row.cut:
            assert before.ranked != row.ranked


def test_the_page_of_a_firm_names_clause_source_and_trial(as_user, run):
    graded = run.trace.drop_nulls("grade")["enterprise"][0]
    page = as_user("analyst").get(f"/land/runs/{run.id}/firms/{graded}/").content.decode()
    assert "试算" in page and "jq-clause" in page and ".xlsx" in page and "没有签发" not in page
    assert AuditEntry.objects.filter(action="land.explain", about=graded).exists()


def test_a_document_is_named_once_and_a_line_below_the_firm_is_above_by_so_much(as_user, run):
    best = run.trace.filter(run.trace["rank"] == 1)["enterprise"][0]
    answer = as_user("analyst").get(f"/land/runs/{run.id}/firms/{best}/")
    page, told = answer.content.decode(), answer.context["told"]
    clauses = re.findall(r'<td class="t">.*?jq-clause">(.*?)</span>', page)
    assert clauses and not any(told.document in one for one in clauses)
    assert f"条款见{told.document}" in page and "高出" in page and "−" not in page.partition("本企业</th>")[2][:2000]


def test_the_first_line_names_the_line_above_and_what_is_lacking_to_it(as_user, run):
    rows = run.trace.filter((pl.col("grade") == "C") & (pl.col("grade__ranked") == "C")).drop_nulls("total")
    firm = rows.row(0, named=True)
    pool = run.trace.filter((pl.col("pool") == firm["pool"]) & (pl.col("population") == firm["population"]))
    better = pool.filter(pl.col("grade__ranked").cast(pl.String).is_in(["A", "B"]))
    answer = as_user("analyst").get(f"/land/runs/{run.id}/firms/{firm['enterprise']}/")
    line = better["total"].min()
    assert (
        f"B 档取到第 {better.height} 名（{line / 100:.2f}），<b>差 {(line - firm['total']) / 100:.2f}</b>"
        in answer.content.decode()
    )
    shown = answer.context["bands"]
    assert [one.grade for one in shown] == ["D", "C", "B", "A"]
    assert sum(one.width for one in shown) == pytest.approx(100, abs=0.1)
    assert sum(one.count for one in shown) == pool.drop_nulls("grade__ranked").height


def test_words_of_lines_that_lie_close_do_not_run_into_each_other():
    last = (("A", "80.26"), ("B", "27.97"), ("C", "10.02"), ("D", "4.56"))
    lines = [LineOfClass(grade, 10, value, None, False, False) for grade, value in last]
    found = bands(lines, Totals(low=456, high=47_040))
    assert [(one.grade, one.has_room) for one in found] == [("D", False), ("C", False), ("B", True), ("A", True)]


def test_the_ways_up_are_trials_and_only_of_own_firms(as_user, people, run):
    graded = run.trace.filter(run.trace["grade"] == "C")["enterprise"][0]
    page = as_user("analyst").get(f"/land/runs/{run.id}/firms/{graded}/ways/", headers={"HX-Request": "true"})
    assert "试算" in page.content.decode() and "<html" not in page.content.decode()
    if graded != people["firm"].place:
        assert as_user("firm").get(f"/land/runs/{run.id}/firms/{graded}/ways/").status_code == 404


def test_pages_speak_english_when_asked(as_user, run):
    client = as_user("analyst")
    client.post("/people/language/", {"language": "en", "next": "/"})
    page = client.get(f"/land/runs/{run.id}/").content.decode()
    assert "Who got which grade" in page and 'lang="en"' in page


def test_an_unknown_run_is_told_as_a_problem(as_user):
    answer = as_user("analyst").get("/land/runs/ffffffff/")
    page = answer.content.decode()
    assert answer.status_code == 404 and "CLI-003" in page and "没有这一页" in page
    assert "jiqun runs" not in page, "nobody types commands in a browser"


def test_only_who_may_evaluate_starts_one(as_user):
    said = {"method": "per-mu.huaian", "period": "2024"}
    assert as_user("leader").post("/land/evaluate/", said).status_code == 403
    assert as_user("analyst").post("/land/evaluate/", {"method": "no.such", "period": "2024"}).status_code == 422
    assert as_user("analyst").post("/land/evaluate/", said | {"period": "今年"}).status_code == 404


def test_an_evaluation_is_queued_done_and_leads_to_its_grid(as_user):
    client = as_user("analyst")
    said = {"method": "per-mu.huaian", "period": "2024"}
    first, again = client.post("/land/evaluate/", said).url, client.post("/land/evaluate/", said).url
    assert first == again and Job.objects.count() == 1
    assert do_all() == 1
    job = Job.objects.get()
    assert job.state == "done" and client.get(job.outcome["to"]).status_code == 200


def test_a_failed_job_tells_its_problem(as_user):
    client = as_user("analyst")
    client.post("/land/evaluate/", {"method": "per-mu.huaian", "period": "1999"})
    do_all()
    job = Job.objects.get()
    assert job.state == "failed" and job.problems[0]["code"].startswith(("METHOD-", "LEDGER-", "PACK-"))
    assert job.problems[0]["code"] in client.get(f"/jobs/{job.pk}/").content.decode()


def test_work_of_a_worker_that_fell_silent_is_taken_up_again_but_not_for_ever(as_user):
    as_user("analyst").post("/land/evaluate/", {"method": "per-mu.huaian", "period": "2024"})
    for attempt in (1, 2, 3):
        job = claim(f"dead-{attempt}")
        assert job is not None and job.tries == attempt and claim("other") is None
        Job.objects.update(beat_at=job.beat_at - 2 * SILENT)
    assert claim("last") is None and Job.objects.get().state == "failed"


def test_no_bar_and_no_end_of_the_histogram_tells_a_competitors_total(as_user, people, run):
    firms = ledger().table("enterprise").filter(pl.col("district") == people["district"].place)["enterprise"].to_list()
    own = next(one for one in run.trace.drop_nulls("total")["enterprise"] if one in firms)
    to = f"/land/runs/{run.id}/firms/{own}/"
    every, limited = (as_user(who).get(to).context["totals"] for who in ("analyst", "district"))
    assert min(one.count for one in every.bars) < 3, "the pool has bars of one firm"
    assert all(one.count >= 3 for one in limited.bars)


def test_points_that_are_a_mean_of_others_carry_their_sign_and_no_others_do(as_user, run):
    item = next(
        name.removeprefix("reason__")
        for name in run.trace.columns
        if name.startswith("reason__") and (run.trace[name].cast(pl.String) == "cohort_mean").any()
    )
    mean = run.trace.filter(pl.col(f"reason__{item}").cast(pl.String) == "cohort_mean").row(0, named=True)
    said = {"population": str(mean["population"]), "q": mean["enterprise"]}
    answer = as_user("analyst").get(f"/land/runs/{run.id}/", said)
    (row,), items = answer.context["rows"], [one.name for one in answer.context["items"]]
    assert [name for name, one in zip(items, row.points, strict=True) if one.mean] == [item]
    assert answer.content.decode().count('class="jq-mean"') == 1
