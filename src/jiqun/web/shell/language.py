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


def both(zh: str, en: str) -> str:
    """Return the text in the language of this request."""
    return zh if spoken() == "zh" else en
