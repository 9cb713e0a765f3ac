"""How every step kind is said, in Chinese and English: the texts of phrases.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml

from jiqun.problems import Language
from jiqun.values import filled


@cache
def phrases() -> Mapping[str, tuple[str, str]]:
    """Return every phrase by key, as (Chinese, English)."""
    text = (resources.files("jiqun.methods.wording") / "phrases.yaml").read_text("utf-8")
    phrases = yaml.load(text, Loader=yaml.CSafeLoader)
    return MappingProxyType({key: (str(zh), str(en)) for key, (zh, en) in phrases.items()})


def say(phrase: str, language: Language = "zh", **values: object) -> str:
    """Say a phrase with its values.

    >>> say("points", "zh", number="28.42")
    '28.42 分'
    """
    return filled(phrases()[phrase][0 if language == "zh" else 1], values)


def one_or_more(counted: str, count: object) -> str:
    """Return the word that subjects are counted in, in the singular for one of them.

    >>> one_or_more("firms", 1), one_or_more("firms", 2), one_or_more("家", 1)
    ('firm', 'firms', '家')
    """
    return counted.removesuffix("s") if count == 1 else counted


def listed(parts: Sequence[str], language: Language = "zh") -> str:
    """Join names with the language's comma."""
    return say("and_list", language).join(parts)


def joined(parts: Sequence[str], language: Language = "zh") -> str:
    """Join clauses with the language's semicolon, leaving out empty ones."""
    return say("clauses_join", language).join(part for part in parts if part)
