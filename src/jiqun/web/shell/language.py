"""The language of a request, and saying a thing in it."""

from __future__ import annotations

from contextvars import ContextVar

from django.http import HttpRequest

from jiqun.problems import Language

COOKIE = "jiqun_language"
_spoken: ContextVar[Language] = ContextVar("spoken", default="zh")


def of_request(request: HttpRequest) -> Language:
    """Return the language a user chose, else the one of the cookie, else Chinese."""
    chosen = getattr(request.user, "language", "") if request.user.is_authenticated else request.COOKIES.get(COOKIE)
    return "en" if chosen == "en" else "zh"


def speak(language: Language) -> None:
    """Set the language of what follows in this request."""
    _spoken.set(language)


def spoken() -> Language:
    """Return the language of this request."""
    return _spoken.get()


def counted(en: str, count: object) -> str:
    """Write “firm(s)” as one firm or as several.

    >>> counted("1 firm(s), up", 1), counted("1,200 firm(s)", "1,200")
    ('1 firm, up', '1,200 firms')
    """
    return en.replace("(s)", "" if str(count) == "1" else "s")


def both(zh: str, en: str) -> str:
    """Return the text in the language of this request."""
    return zh if spoken() == "zh" else en
