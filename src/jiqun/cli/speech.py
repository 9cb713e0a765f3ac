"""Which language the command line speaks, and how it says a thing in both."""

from __future__ import annotations

import os
import sys

from jiqun.problems import Language


def chosen_language(arguments: list[str] | None = None) -> Language:
    """Return the language asked for by `--lang`, by JIQUN_LANG, or by the locale; Chinese where none of them says.

    >>> chosen_language(["--lang", "en"])
    'en'
    """
    asked = _asked(sys.argv[1:] if arguments is None else arguments) or os.environ.get("JIQUN_LANG", "")
    locale = asked or next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "en" if locale.lower().startswith("en") else "zh"


def _asked(arguments: list[str]) -> str:
    for position, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
    return ""


LANGUAGE: Language = chosen_language()


def both(chinese: str, english: str) -> str:
    """Return the sentence in the language of this call."""
    return chinese if LANGUAGE == "zh" else english
