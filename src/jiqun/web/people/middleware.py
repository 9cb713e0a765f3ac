"""Login everywhere: a page is open to nobody unless it says so; and whose address a request really came from."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jiqun.web.people.audit import FIRM, FROM
from jiqun.web.people.other_firm import other_firm
from jiqun.web.people.scope import scope_of
from jiqun.web.shell.faults import came_from, signed_out
from jiqun.web.shell.language import of_request, speak

_OPEN = ("/static/", "/health/", "/people/login/", "/people/language/")
_OF_NO_FIRM = frozenset({"people:firm", "people:logout", "people:language", "people:password"})
LOOKED_AT, FORM_FIRM = "firm", "acting_for"  # in the session, and in every form
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


class LooksAtOneFirm:
    """Has who answers for several firms look at one of them, and refuses a form that was opened for another.

    The firm is the session's; two windows of one browser share it, and so every form carries the firm it is about.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        chooses = user.is_authenticated and user.chooses
        if chooses:
            user.look_at(request.session.get(LOOKED_AT, ""))
        acting = FIRM.set(scope_of(user).place if chooses else "")
        try:
            return self.get_response(request)
        finally:
            FIRM.reset(acting)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        user: Any = request.user
        if request.method != "POST" or not user.is_authenticated or not user.chooses:
            return None
        if request.resolver_match is not None and request.resolver_match.view_name in _OF_NO_FIRM:
            return None
        about = request.POST.get(FORM_FIRM, "")
        return other_firm(request, user, about) if about and about != scope_of(user).place else None


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
        token = FROM.set(request.META["REMOTE_ADDR"] or None)
        try:
            return self.get_response(request)
        finally:
            FROM.reset(token)


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
