"""One small region, generated once for all tests of the demo."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from jiqun.cli.demo import Handover, generate

SEED = 33618


@pytest.fixture(scope="session")
def handover(tmp_path_factory: pytest.TempPathFactory) -> Handover:
    """A region of 200 firms."""
    return generate(tmp_path_factory.mktemp("region"), seed=SEED, firms=200)


@pytest.fixture(scope="session")
def planted(handover: Handover) -> list[dict[str, str]]:
    """The rows of planted.csv."""
    with handover.planted.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def root(handover: Handover) -> Path:
    """The folder the region was written to."""
    return handover.truth.parent
