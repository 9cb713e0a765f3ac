"""Login everywhere: a page is open to nobody unless it says so; and whose address a request really came from."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jiqun.web.shell.faults import came_from, signed_out
from jiqun.web.shell.language import of_request, speak

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
            if request.method == "POST" and came_from(request):
                speak(of_request(request))
                return signed_out(request)
            return redirect_to_login(request.get_full_path())
        if getattr(request.user, "must_change_password", False):
            leaving = (reverse("people:password"), reverse("people:logout"))
            if request.path not in leaving:
                return redirect("people:password")
        return self.get_response(request)


class AddressBehindProxy:
    """Puts the visitor's address where the log and the lockout read it.

    X-Forwarded-For is believed only as far as trusted proxies wrote it: it is read from its end, and the first address
    that is no trusted proxy is the visitor's. What a visitor writes into it stands further left and counts for nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = visitor(
            request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
        )
        return self.get_response(request)


def visitor(peer: str, forwarded: str) -> str:
    """Return the address of a visitor from the one that connected and what proxies wrote."""
    found = peer
    for said in reversed(forwarded.split(",")):
        if not _is_trusted(found):
            break
        try:
            found = str(ip_address(said.strip()))
        except ValueError:
            break
    return found


def _is_trusted(address: str) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in settings.TRUSTED_PROXIES)
