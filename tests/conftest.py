"""What every test may use."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from django.test.signals import template_rendered
from hypothesis import settings
from jinja2 import Template

# a slow or busy machine is no fault of the code
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# nobody's data are lost with a test's; what has to be on the disk is looked at in tests/ledger/test_power.py
os.fsync = lambda descriptor: None  # type: ignore[assignment,misc]

_rendered = Template.render


def _told(page: Template, *given: dict[str, object], **named: object) -> str:
    """Render a page, and tell Django's test client what it was given, which Jinja does not."""
    template_rendered.send(sender=page, template=page, context=dict(*given, **named))
    return _rendered(page, *given, **named)


Template.render = _told  # type: ignore[method-assign]

pytest_plugins = ("tests.demo_region",)
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# Work is shared out by file in this order, the rest after it: one makes the demo region at once while others need none,
# and nothing that lasts, or waits for other processes, is left to the end.
LONGEST = (
    "web/test_drafts.py",
    "golden/test_pack_examples.py",
    "expressions/test_three_readings.py",
    "operation/test_kill.py",
    "web/test_campaign_kill.py",
    "web/test_hostile_uploads.py",
    "browser/",
    "operation/test_postgres.py",
    "web/test_ledger.py",
    "web/test_campaigns.py",
    "desk/test_drafting.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    name = item.path.relative_to(ROOT / "tests").as_posix()
    return next((place for place, one in enumerate(LONGEST) if name.startswith(one)), len(LONGEST))


# while only modules, law books and tests are made, which stay to the end, there is no garbage to look for
gc.disable()


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the modules, law books and tests, which stay to the end anyway."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # after a freeze nothing old is left to measure by, and full passes come too often


def pytest_unconfigure() -> None:
    gc.unfreeze()  # what stays frozen at the end DuckDB's binding reports as leaked


@pytest.fixture
def shared() -> Path:
    """The folder of raw public files beside the checkout; skips, and says so, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder ../shared with the raw public files is not here")
    return SHARED


@pytest.fixture
def packs_root() -> Path:
    """The folder of packs in the checkout."""
    return ROOT / "packs"
