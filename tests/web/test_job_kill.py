"""A worker that dies within a report or an export: nothing half-made is listed, and another worker ends the job."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jiqun.web.briefs import queries as briefs
from jiqun.web.briefs.models import MadeReport
from jiqun.web.jobs import files
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import SILENT, claim, do, do_all
from jiqun.web.land import views
from jiqun.web.people.models import AuditEntry
from jiqun.web.region import runs


class Killed(BaseException):
    """The end of a process: nothing of the job's own handling of faults sees it."""


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FOLDER", tmp_path / "exports")
    monkeypatch.setattr(briefs, "folder", lambda: tmp_path)
    monkeypatch.setitem(views._AT_ONCE, "xlsx", 0)


@pytest.fixture(params=["report", "file"])
def asked(request, as_user, people) -> Job:
    if request.param == "report":
        as_user("district").post("/reports/make/", {"kind": "district", "district": people["district"].place})
    else:
        run = next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))
        as_user("district").get(f"/land/runs/{run.id}/export.xlsx")
    return Job.objects.get()


def killed(monkeypatch, where: str) -> None:
    """Let a worker take the job and die where it writes the file, or right after it has."""

    def die(*_: object) -> None:
        raise Killed

    def moved_then_die(self: Path, target: Path) -> None:
        self.rename(target)
        raise Killed

    job = claim("one")
    assert job is not None
    with monkeypatch.context() as patch:
        patch.setattr(Path, *(("write_bytes", die) if where == "before" else ("replace", moved_then_die)))
        with pytest.raises(Killed):
            do(job, alone=True)


@pytest.mark.parametrize("where", ["before", "after"])
def test_the_job_is_done_once_by_another_worker(asked, monkeypatch, where):
    killed(monkeypatch, where)
    assert Job.objects.get().state == "running" and not MadeReport.objects.exists()
    assert claim("two") is None, "the silence is not long enough yet"
    Job.objects.update(beat_at=timezone.now() - SILENT - timedelta(seconds=1))
    assert do_all() == 1
    job = Job.objects.get()
    assert (job.state, job.tries) == ("done", 2), job.problems
    assert MadeReport.objects.count() == (asked.kind == "report")
    assert AuditEntry.objects.filter(action="briefs.make").count() == (asked.kind == "report")


def test_what_kills_every_worker_is_told_as_failed_with_what_to_do(asked, monkeypatch):
    for _ in range(3):
        killed(monkeypatch, "before")
        Job.objects.update(beat_at=timezone.now() - SILENT - timedelta(seconds=1))
    assert claim("four") is None
    job = Job.objects.get()
    assert job.state == "failed" and "管理员" in job.problems[0]["text"]
