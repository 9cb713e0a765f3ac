"""What YAML means in packs, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jiqun.packs import read
from jiqun.packs.reading import LARGEST, read_yaml


def _read(folder: Path, text: str) -> Any:
    path = folder / "a.yaml"
    path.write_text(text, "utf-8")
    source, problems = read_yaml(path, "a.yaml")
    return source, [one.code for one in problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0111", "0111"),
        ("3670", 3670),
        ("-3", -3),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("1:30", "1:30"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ('"24.097"', "24.097"),
        ("2022-01-31", date(2022, 1, 31)),
        ('"2022-01-31"', "2022-01-31"),
        ("~", None),
        ("１２", "１２"),
        ("9" * 5000, "9" * 5000),
        ("渝府办发〔2023〕72号", "渝府办发〔2023〕72号"),
    ],
)
def test_a_plain_word_means_what_people_mean_by_it(tmp_path: Path, written: str, meant: object) -> None:
    source, codes = _read(tmp_path, f"a: {written}\n")
    assert source.data == {"a": meant} and type(source.data["a"]) is type(meant) and codes == []


@pytest.mark.parametrize("written", ["24.097", "1e3", ".5", "1_000.5", ".inf", ".nan", "1."])
def test_every_form_of_a_float_is_refused(tmp_path: Path, written: str) -> None:
    assert _read(tmp_path, f"a: {written}\n")[1] == ["PACK-009"]


def test_the_place_of_a_value_is_its_line_and_column(tmp_path: Path) -> None:
    source, _ = _read(tmp_path, "a:\n  - b: 1\n    c: 2\n")
    assert str(source.place(("a", 0, "c"))) == "a.yaml:3:8"
    assert str(source.key_place(("a", 0, "c"))) == "a.yaml:3:5"
    assert str(source.place(("a", 0, "missing"))) == "a.yaml:2:5"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path, "a.yaml")[0].data == {"a": 1}


def test_a_text_read_before_is_told_under_its_own_name_and_a_changed_one_is_read_anew(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("a: 1.5\n", "utf-8")
        assert [str(one.place) for one in read_yaml(tmp_path / name, name)[1]] == [f"{name}:1:4"]
    assert _read(tmp_path, "a: 2\n")[0].data == {"a": 2}


def test_a_file_above_two_megabytes_is_refused_unread(tmp_path: Path) -> None:
    assert _read(tmp_path, "a: " + "x" * LARGEST + "\n")[1] == ["PACK-006"]


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    lines = ["a: &a [x, x]"] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    source, codes = _read(tmp_path, "\n".join(lines))
    assert source.data is None and set(codes) == {"PACK-004"}


def test_a_symbolic_link_out_of_the_pack_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("kind: document\n", "utf-8")
    pack = tmp_path / "packs" / "p"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text(HEAD, "utf-8")
    (pack / "linked.yaml").symlink_to(outside)
    (pack / "folder").symlink_to(tmp_path)
    _, problems = read(tmp_path / "packs")
    assert sorted(str(one.place) for one in problems) == ["p/folder", "p/linked.yaml"]
    assert {one.code for one in problems} == {"PACK-024"}


HEAD = 'id: p\ntitle: 包\ntitle_en: Pack\njurisdiction: "100000"\nversion: "1"\n'


def test_what_stands_under_a_key_that_does_not_count_is_passed_over_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "a: 1\na:\n  b: [1.5, {c: 2.5}]\n<<: {d: 3.5}\n? [e, {f: 4.5}]\n: {g: [5.5]}\nh: {i: 2022-01-31}\n"
    source, codes = _read(tmp_path, text)
    assert codes == ["PACK-008", "PACK-004", "PACK-004"]  # none of the floats is read
    assert source.data == {"a": 1, "h": {"i": date(2022, 1, 31)}}
    assert dict(source.values) == {(): (1, 1), ("a",): (1, 4), ("h",): (7, 4), ("h", "i"): (7, 8)}
    assert dict(source.keys) == {("a",): (1, 1), ("h",): (7, 1), ("h", "i"): (7, 5)}


def test_what_packs_do_not_allow_is_told_in_the_order_of_the_file_and_nothing_else_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: &x 1.5\nb: !t 2\nc: *x\n---\nd: [\n", "utf-8")
    source, problems = read_yaml(path, "a.yaml")
    told = [(one.code, one.place.line, one.values.get("construct")) for one in problems]
    assert told == [("PACK-004", 1, "& / *"), ("PACK-004", 2, "!t"), ("PACK-004", 4, "---"), ("PACK-002", 6, None)]
    assert source.data is None and source.text.startswith("a: &x")
    _, codes = _read(tmp_path, "a: " + "[" * 40 + "1.5" + "]" * 40)
    assert codes == ["PACK-007"]
