"""The workbench on PostgreSQL: a server of the tests' own, skipped where PostgreSQL is not installed."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.operation.cluster import cluster, programs

from jiqun.ledger.workspace import init

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """The environment of a workbench whose database is a new PostgreSQL server."""
    found = programs()
    if found is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL or psycopg is not installed")
    workspace = init(tmp_path_factory.mktemp("postgres") / "workspace")
    with cluster(found) as address:
        yield {"JIQUN_DATABASE": address, "JIQUN_WORKSPACE": str(workspace.root)}


@pytest.fixture
def sqlite(tmp_path):
    return {"JIQUN_WORKSPACE": str(init(tmp_path / "workspace").root)}


def run(environment, *words):
    settings = {"DJANGO_SETTINGS_MODULE": "jiqun.web.settings", "JIQUN_HTTPS": "1", "JIQUN_HOSTS": "brain.example.cn"}
    done = subprocess.run(
        [sys.executable, *words], env={**os.environ, **settings, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_four_workers_at_once_take_every_job_exactly_once(where, request):
    environment = request.getfixturevalue(where)
    said = json.loads(run(environment, str(HERE / "many_workers.py"), "24", "4"))
    assert said["vendor"] == {"sqlite": "sqlite", "postgres": "postgresql"}[where]
    assert (
        sorted(job for _, job in said["taken"]) == sorted({job for _, job in said["taken"]})
        and len(said["taken"]) == 24
    )


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_of_two_people_who_decide_the_same_thing_at_once_one_does_and_the_other_is_told(where, request):
    said = json.loads(run(request.getfixturevalue(where), str(HERE / "deciding_at_once.py"), "4"))
    assert said.pop("vendor") == {"sqlite": "sqlite", "postgres": "postgresql"}[where]
    both = {"answer": (["done", "done"], 2), "publication": (["done", "done"], 1)}
    for what, rounds in said.items():
        told, events = both.get(what, (["done", "refused"], 1))
        assert rounds == [[told, events]] * 4, what
    assert set(said) == {"adjustment", "appeal", "signature", "answer", "disposal", "draft", "publication"}


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_accounts_tokens_and_reports_of_before_an_upgrade_stay_what_they_were(where, request):
    said = json.loads(run(request.getfixturevalue(where), str(HERE / "upgrading.py")))
    vendor = {"sqlite": "sqlite", "postgres": "postgresql"}[where]
    kept = {"places": ["500101"], "person": "", "generation": 0, "token": "", "reads": True}
    assert said == {"vendor": vendor, **kept}


def test_all_migrations_run_and_everything_the_workbench_relies_on_holds(postgres):
    said = run(
        {**postgres, "JIQUN_HTTPS": ""},
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        str(HERE / "test_database.py"),
    )
    assert "......." in said and "s." not in said.split()[0]


def test_the_deployment_check_is_clean(postgres):
    run(postgres, "-m", "django", "check", "--deploy", "--fail-level", "WARNING", "--database", "default")
