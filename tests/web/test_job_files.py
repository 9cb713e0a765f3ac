"""Files that are too large for a request: made by a worker, fetched by who asked, under the rights of then and now."""

from __future__ import annotations

import os

import openpyxl
import polars as pl
import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from jiqun.web.jobs import files, queue
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.land import views
from jiqun.web.people.models import AuditEntry
from jiqun.web.region import ledger, runs


@pytest.fixture
def job(as_user, monkeypatch, tmp_path) -> Job:
    """A district's export of a run, made by a worker because it is too long."""
    monkeypatch.setattr(files, "FOLDER", tmp_path / "exports")
    monkeypatch.setitem(views._AT_ONCE, "xlsx", 0)
    run = next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))
    answer = as_user("district").get(f"/land/runs/{run.id}/export.xlsx")
    found = Job.objects.get()
    assert answer.status_code == 302 and answer.url == f"/jobs/{found.pk}/" and found.state == "queued"
    do_all()
    return Job.objects.get()


def test_a_long_export_is_a_job_whose_file_holds_the_own_rows_and_is_logged(as_user, people, job, tmp_path):
    client = as_user("district")
    assert f"/jobs/{job.pk}/file/" in client.get(f"/jobs/{job.pk}/").content.decode()
    answer = client.get(f"/jobs/{job.pk}/file/")
    (tmp_path / "got.xlsx").write_bytes(answer.content)
    book = openpyxl.load_workbook(tmp_path / "got.xlsx")
    text = {str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert book.sheetnames[-3:] == ["调整", "办法", "问题"]  # the rule in words, as the command writes it
    firms = ledger().table("enterprise")
    own = pl.col("district") == people["district"].place
    assert text & set(firms.filter(own)["enterprise"]) and not text & set(firms.filter(~own)["enterprise"])
    assert AuditEntry.objects.get(action="jobs.fetch").who == "district"


@pytest.mark.parametrize("username", ["analyst", "admin", "auditor", "park", "leader"])
def test_nobody_else_fetches_it(as_user, job, username):
    assert as_user(username).get(f"/jobs/{job.pk}/file/").status_code == 404


def test_it_is_not_handed_out_once_the_owner_has_another_place(as_user, people, job):
    people["district"].place = "500999"
    people["district"].save()
    assert as_user("district").get(f"/jobs/{job.pk}/file/").status_code == 404


def test_it_is_removed_after_a_week(as_user, job):
    (kept,) = files._folder().iterdir()
    files.expire_files()
    assert kept.is_file()
    os.utime(kept, (0, 0))
    files.expire_files()
    assert not kept.exists() and as_user("district").get(f"/jobs/{job.pk}/file/").status_code == 404


def test_made_twice_it_is_the_same_file(job):
    (kept,) = files._folder().iterdir()
    Job.objects.update(state="queued", tries=0)
    do_all()
    assert list(files._folder().iterdir()) == [kept] and Job.objects.get().outcome == job.outcome


def test_who_is_not_logged_in_is_sent_to_the_login(job):
    assert Client().get(f"/jobs/{job.pk}/file/")["Location"].startswith("/people/login/")


def test_a_long_export_says_which_sheet_it_is_writing(as_user, monkeypatch, tmp_path):
    monkeypatch.setattr(files, "FOLDER", tmp_path / "exports")
    monkeypatch.setitem(views._AT_ONCE, "xlsx", 0)
    said: list[str] = []
    monkeypatch.setattr(queue, "_step", lambda job, stage: said.append(stage))
    run = next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))
    as_user("analyst").get(f"/land/runs/{run.id}/export.xlsx")
    do_all()
    book = CalamineWorkbook.from_path(next((tmp_path / "exports").iterdir()))
    assert said[1:] == [f"写工作表 {name}" for name in book.sheet_names]
