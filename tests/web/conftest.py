"""The workbench over the demo region, and somebody of every role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from tests.demo_region import Demo

from jiqun.web import region
from jiqun.web.people.first import first_people
from jiqun.web.people.models import User
from jiqun.web.shell.language import speak

As = Callable[[str], Client]


@pytest.fixture(scope="session")
def demo(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demo region of the workbench's own: its users import, evaluate and sign, which no other test should see."""
    folder = tmp_path_factory.mktemp("workbench") / "workspace"
    shutil.copytree(demo.folder, folder)
    return Demo(folder, demo.out)


@pytest.fixture(autouse=True)
def _on_demo(demo: Demo, db: None) -> Iterator[None]:
    """Point the workbench at the demo region of this worker, in the language that a request begins with."""
    speak("zh")
    before = settings.WORKSPACE
    settings.WORKSPACE = demo.folder
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
    # what is kept under a run's name alone; books, names and ledgers are kept under the folder they were read in
    for kept in (region.run_of, region.evaluated, region.explained, region.ways_up):
        kept.forget()
    yield
    settings.WORKSPACE = before


@pytest.fixture
def people(demo: Demo) -> dict[str, User]:
    """The accounts of the demo region, by login name."""
    made, _ = first_people(demo.folder)
    return {one.username: one for one in made}


@pytest.fixture
def as_user(people: dict[str, User]) -> As:
    """Return a browser in which a user of the demo region is logged in."""

    def log_in(username: str) -> Client:
        client = Client()
        client.force_login(people[username], "django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
