"""Login everywhere: a page is open to nobody unless it says so."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

_OPEN = ("/static/", "/health/", "/people/login/", "/people/language/")
_OWN_CHECK = "/api/"  # the API answers 401 itself and takes tokens


class LoginEverywhere:
    """Sends whoever is not logged in to the login page, and a new user to the change of the password first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith((*_OPEN, _OWN_CHECK)):
            return self.get_response(request)
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                answer = HttpResponse(status=204)
                answer["HX-Redirect"] = reverse("people:login")
                return answer
            return redirect_to_login(request.get_full_path())
        leaving = (reverse("people:password"), reverse("people:logout"))
        if getattr(request.user, "must_change_password", False) and request.path not in leaving:
            return redirect("people:password")
        return self.get_response(request)
