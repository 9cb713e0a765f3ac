"""The reference of the words of packs is the one that the models give, and names every key of every kind."""

from __future__ import annotations

from pathlib import Path

from jiqun.packs.models import KINDS
from jiqun.packs.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "pack-words.md"


def test_the_reference_of_words_is_up_to_date():
    page = reference()
    assert page == PAGE.read_text("utf-8"), "python -m jiqun.packs.reference > docs/reference/pack-words.md"


def test_every_key_of_every_kind_stands_in_it():
    page = PAGE.read_text("utf-8")
    keys = {field.alias or name for model in KINDS.values() for name, field in model.model_fields.items()}
    assert {one for one in keys - {"kind"} if f"| `{one}` |" not in page} == set()
    assert all(f"| `{one}` |" in page for one in ("cuts_of", "repeats", "method_edition", "missing_clause", "size"))
