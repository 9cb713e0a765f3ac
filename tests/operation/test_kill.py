"""`kill -9` in the middle of an import, a run and a report: what was confirmed is done in the end, once and whole."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from tests.operation.browser import Person

from jiqun.desk.context import Context
from jiqun.desk.running import all_runs
from jiqun.ledger.view import latest

STOPS = Path(__file__).parent / "stops"


class Office:
    """A workspace with a server that is started, stopped at a step, and killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told = folder, folder / "stopped"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.running: list[subprocess.Popen[bytes]] = []
        self.context = Context(folder)

    def start(self, *words: str, stop: str = "") -> None:
        self.told.unlink(missing_ok=True)
        said = {
            "JIQUN_WORKSPACE": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "jiqun.web.settings",
            "PYTHONPATH": os.pathsep.join([str(STOPS), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        stops = {"STOP_AT": stop, "STOP_TOLD": str(self.told), "JIQUN_READ_AHEAD": "0"}
        log = (self.folder / "server.log").open("ab")
        self.running.append(
            subprocess.Popen(
                [sys.executable, *words],
                env={**os.environ, **said, **stops},
                stderr=log,
                stdout=log,
                start_new_session=True,
            )
        )

    def serve(self, *, stop: str) -> None:
        """Start the server with its worker, which stops for good at a step."""
        self.start("-m", "jiqun.web.server", "--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--jobs", stop=stop)
        self.wait(self.answers)

    def answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0

    def wait(self, fine) -> None:
        end = time.monotonic() + 30
        while not fine():
            assert time.monotonic() < end, (self.folder / "server.log").read_text("utf-8")[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9` of every process, and as much time as makes the worker's silence plain."""
        for one in self.running:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()
        self.running = []
        self.wait(lambda: not self.answers())  # children of the killed may hold the port for a moment
        with sqlite3.connect(self.folder / "db.sqlite3") as database:
            database.execute("UPDATE jobs_job SET beat_at = '2020-01-01 00:00:00' WHERE state = 'running'")

    def state_of(self, job: str) -> str:
        """Return the state of a job by the address of its page."""
        with sqlite3.connect(self.folder / "db.sqlite3") as database:
            number = int(job.strip("/").rpartition("/")[2])
            return str(database.execute("SELECT state FROM jobs_job WHERE id = ?", [number]).fetchone()[0])

    def count(self, table: str) -> int:
        with sqlite3.connect(self.folder / "db.sqlite3") as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def kill_where_it_stops(self) -> None:
        self.wait(self.told.is_file)
        self.kill()


@pytest.fixture
def office(demo, tmp_path):
    folder = tmp_path / "office"
    shutil.copytree(demo.folder, folder, ignore=shutil.ignore_patterns("部门报表", "*.xlsx", "db.sqlite3*"))
    made = Office(folder)
    yield made
    made.kill()


def people_of(office) -> Person:
    """Make the first accounts as `jiqun serve` does and log in with the password that it shows once."""
    script = "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0);"
    script += (
        "from pathlib import Path; from jiqun.web.people.first import first_people; print(first_people(Path('.'))[1])"
    )
    said = {"JIQUN_WORKSPACE": str(office.folder), "DJANGO_SETTINGS_MODULE": "jiqun.web.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **said},
        cwd=office.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    office.serve(stop="rows")
    person = Person(f"http://127.0.0.1:{office.port}")
    person.log_in("analyst", done.stdout.strip())
    return person


def test_an_import_a_run_and_a_report_survive_being_killed_at_every_step(office):
    view = latest(office.context.workspace)
    firm = view.table("enterprise_year").filter(pl.col("year") == 2024).drop_nulls("tax")["enterprise"][0]
    before, runs = len(view.log.imports), len(all_runs(office.context))

    def tax():
        now = latest(office.context.workspace)
        rows = now.table("enterprise_year").filter((pl.col("year") == 2024) & (pl.col("enterprise") == firm))
        return len(now.log.imports) - before, rows["tax"].item()

    was = tax()[1]
    person = people_of(office)
    person.get("/ledger/imports/new/")
    content = f"统一社会信用代码,企业名称,税收（万元）\n{firm},甲,123.5\n".encode()
    person.post(
        "/ledger/imports/new/", {"table": "enterprise_year", "period": "2024", "note": ""}, ("税收.csv", content)
    )
    upload = person.until(person.at, r"/ledger/imports/uploads/\w+/")[0]
    person.post(f"{upload}commit/", {})
    job = person.at

    office.kill_where_it_stops()  # the rows lie in the store, nothing says that they count
    assert tax() == (0, was)
    office.serve(stop="event")  # the job is taken up by itself
    office.kill_where_it_stops()  # the import counts, the database does not know
    assert tax() == (1, 123.5)
    office.serve(stop="run")
    number = person.until(job, r"/ledger/imports/(\d+)/")[1]
    assert tax() == (1, 123.5) and "税收.csv" in person.get(f"/ledger/imports/{number}/")
    assert not list((office.folder / "uploads").iterdir())

    person.post("/land/evaluate/", {"method": "per-mu.huaian", "period": "2024"})
    job = person.at
    office.kill_where_it_stops()  # a part of the run is on the disk
    assert len(all_runs(office.context)) == runs
    office.serve(stop="report")
    office.wait(lambda: office.state_of(job) == "done")
    made = all_runs(office.context)
    assert len(made) == runs + 1 and firm in made[-1].trace["enterprise"].to_list()

    person.post("/reports/make/", {"kind": "bulletin", "run": made[-1].id, "ending": "docx"})
    job = person.at
    office.kill_where_it_stops()  # the report is laid out and listed nowhere
    assert office.count("briefs_madereport") == 0 and not list((office.folder / "reports").glob("*.docx"))
    office.start("-m", "jiqun.cli.main", "--workspace", str(office.folder), "worker")  # a worker of its own
    office.wait(lambda: office.state_of(job) == "done")
    assert office.count("briefs_madereport") == 1 == len(list((office.folder / "reports").iterdir()))
