"""Which language the command line speaks, and how it says a thing in both."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from jiqun.problems import Language


def chosen_language(arguments: Sequence[str] | None = None) -> Language:
    """Return the language asked for by `--lang`, by JIQUN_LANG, or by the locale; Chinese where none of them says.

    >>> chosen_language(["--lang", "en"])
    'en'
    """
    asked = _asked(sys.argv[1:] if arguments is None else arguments) or os.environ.get("JIQUN_LANG", "")
    locale = asked or next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "en" if locale.lower().startswith("en") else "zh"


def _asked(arguments: Sequence[str]) -> str:
    for position, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
    return ""


_spoken: list[Language] = [chosen_language()]


def language() -> Language:
    """Return the language of this call."""
    return _spoken[-1]


def speak(arguments: Sequence[str] | None) -> None:
    """Choose the language of a call from its words. The help texts keep the language of the first call."""
    _spoken[:] = [chosen_language(arguments)]


def both(chinese: str, english: str) -> str:
    """Return the sentence in the language of this call."""
    return chinese if language() == "zh" else english


def pick(chinese: str, english: str, otherwise: str = "") -> str:
    """Choose a title by language, the other one where it is empty."""
    first, second = (chinese, english) if language() == "zh" else (english, chinese)
    return first or second or otherwise
