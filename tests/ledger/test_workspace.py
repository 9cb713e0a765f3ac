"""A workspace is made once, read strictly, and its storage may lie anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiqun.ledger import Workspace, init
from jiqun.problems import ProblemsError


def codes(raised: pytest.ExceptionInfo[ProblemsError]) -> list[tuple[str, str]]:
    return [(one.code, one.place.item) for one in raised.value.problems]


def test_what_is_made_is_what_is_opened(tmp_path: Path) -> None:
    made = init(tmp_path / "渝北", packs=("national", "chongqing"), region='500112"\\', storage="s3://bucket/ledger")
    again = Workspace.open(tmp_path / "渝北")
    assert again == made
    assert (again.packs, again.region) == (("national", "chongqing"), '500112"\\')
    assert not again.is_local and again.address("parcel") == "s3://bucket/ledger/parcel"
    assert {"ledger", "runs", "originals", "quarantine"} <= {path.name for path in made.root.iterdir()}


def test_the_default_ledger_lies_in_the_workspace(tmp_path: Path) -> None:
    made = init(tmp_path / "w")
    assert made.address("parcel") == str((tmp_path / "w").resolve() / "ledger" / "parcel")
    assert made.database == "sqlite:///db.sqlite3"


def test_storage_options_are_read_for_the_store(tmp_path: Path) -> None:
    init(tmp_path / "w")
    text = '[storage]\naddress = "s3://b/l"\n[storage.options]\nAWS_ENDPOINT_URL = "http://minio:9000"\n'
    (tmp_path / "w/jiqun.toml").write_text(text, "utf-8")
    assert Workspace.open(tmp_path / "w").storage_options == {"AWS_ENDPOINT_URL": "http://minio:9000"}


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError) as raised:
        Workspace.open(tmp_path)
    assert codes(raised) == [("LEDGER-050", "")]
    assert "jiqun init" in raised.value.problems[0].fix("zh")


def test_a_workspace_is_not_made_over_another(tmp_path: Path) -> None:
    init(tmp_path)
    with pytest.raises(ProblemsError, match="LEDGER-052"):
        init(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("packs = [", [("LEDGER-051", "")]),
        ('pack = ["national"]', [("LEDGER-053", "pack")]),
        ('[storage]\nadress = "x"', [("LEDGER-053", "storage.adress")]),
        ("region = 5\npacks = [1]", [("LEDGER-051", "packs.0"), ("LEDGER-051", "region")]),
    ],
)
def test_settings_that_are_not_understood_are_refused(
    tmp_path: Path, text: str, expected: list[tuple[str, str]]
) -> None:
    (tmp_path / "jiqun.toml").write_text(text, "utf-8")
    with pytest.raises(ProblemsError) as raised:
        Workspace.open(tmp_path)
    assert codes(raised) == expected
    if "adress" in text:
        assert raised.value.problems[0].values["near"] == "address"
