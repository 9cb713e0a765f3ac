"""Text in one form, and content hashes that do not depend on order or machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jiqun.values import canonical, comparable, digest, digest_of_parts, file_digest, narrow


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("　１２，３４５．６ ", "12,345.6"),
        ("重庆（长安）", "重庆(长安)"),
        ("a\u00a0\t b\n", "a b"),
        ("ＡＢＣ：", "ABC:"),
    ],
)
def test_full_width_text_becomes_narrow(typed: str, expected: str) -> None:
    assert narrow(typed) == expected


def test_two_spellings_of_a_header_compare_equal() -> None:
    assert comparable("实缴 税收（万元）") == comparable("实缴税收(万元)")
    assert comparable("Ｒ＆Ｄ 经费") == comparable("r&d经费")
    assert comparable("税收") != comparable("税金")


def test_the_digest_does_not_depend_on_the_order_of_keys_and_tells_lists_apart() -> None:
    assert digest({"甲": 1, "b": [1, "2", None]}) == digest({"b": (1, "2", None), "甲": 1})
    assert digest([1, 2]) != digest([2, 1])
    assert canonical({"b": 1, "甲": True}) == '{"b":1,"甲":true}'
    assert digest("甲") == hashlib.sha256('"甲"'.encode()).hexdigest()


def test_a_digest_of_parts_is_that_of_the_whole() -> None:
    whole = {"乙/b": {"y": ["1", 2]}, "a": None, 'c"': "甲", "": True}
    assert digest_of_parts({key: canonical(value) for key, value in whole.items()}) == digest(whole)  # type: ignore[arg-type]


def test_a_float_has_no_canonical_form() -> None:
    with pytest.raises(TypeError):
        digest({"a": [1.5]})  # type: ignore[list-item]


def test_a_files_digest_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
