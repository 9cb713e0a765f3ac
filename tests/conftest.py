"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ("tests.demo_region",)
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


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
