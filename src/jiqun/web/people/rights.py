"""Asking for a right at the door of a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def require(request: HttpRequest, right: str) -> None:
    """Raise PermissionDenied where the user lacks a right."""
    user: Any = request.user
    if not user.is_authenticated or not user.may(right):
        raise PermissionDenied(right)


def needs(right: str) -> Callable[[View], View]:
    """Guard a view by a right."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request, right)
            return view(request, *args, **kwargs)

        return guarded

    return guard
