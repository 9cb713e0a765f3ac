"""Login, password, language; the list of people; the log."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jiqun.web.enterprises.register import Wanted
from jiqun.web.jobs.files import hand_out
from jiqun.web.ledger.handing import attachment
from jiqun.web.people import actions, audit, audit_lines, audit_sheet, firm_accounts, tokens
from jiqun.web.people.eyes import unnumbered_namesakes
from jiqun.web.people.hashers import first_password
from jiqun.web.people.lockout import is_worn_out
from jiqun.web.people.middleware import LOOKED_AT
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.places import (
    empty_place,
    own_places_said,
    place_meant,
    places_of_firms,
    places_offered,
    places_said,
)
from jiqun.web.people.rights import needs
from jiqun.web.people.role_words import ROLE_WORDS
from jiqun.web.people.roles import ROLES
from jiqun.web.shell.language import COOKIE, both, counted
from jiqun.web.shell.refused import RefusedError
from jiqun.web.shell.typed import shown_again

_LINES = 100


class Login(auth_views.LoginView):
    template_name = "people/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # as the form will read it: “ ａｄｍｉｎ ” is admin, and its failures are counted as admin's
        username = AuthenticationForm.base_fields["username"].to_python(request.POST.get("username", "")) or ""
        address = request.META["REMOTE_ADDR"]
        if getattr(settings, "AXES_ENABLED", True) and is_worn_out(username, address):
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        user: Any = self.request.user
        chosen = self.request.POST.get("language")
        if chosen in ("zh", "en") and chosen != user.language:  # at this login; who was here before does not count
            user.language = chosen
            user.save(update_fields=["language"])
        audit.record_request(self.request, "login", user.get_username())
        return answer

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {"chosen": self.request.GET.get("language", "")}


class Logout(auth_views.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        answer["Clear-Site-Data"] = '"cache", "storage"'  # the next one at this machine finds nothing
        return answer


class Password(auth_views.PasswordChangeView):
    template_name = "people/password.html"
    success_url = reverse_lazy("overview:home")

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.save()
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        update_session_auth_hash(self.request, user)
        audit.record_request(self.request, "people.password", user.username)
        live = sum(not tokens.is_over(one) for one in user.tokens.filter(revoked_at=None))
        zh = "密码已改，别处的登录已退出。" + (f"{live} 个接口令牌仍有效，不用的请停用。" if live else "")
        en = "The password is changed and other sessions have ended."
        more = counted(f" {live} token(s) of the API still work: revoke those you do not need.", live) if live else ""
        messages.success(self.request, both(zh, en + more))
        return redirect(self.success_url)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer a login that failed too often."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "people/locked.html", {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}, status=429)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language; kept with the user, or in a cookie before login."""
    wanted = "en" if request.POST.get("language") == "en" else "zh"
    if request.user.is_authenticated:
        user = request.user
        user.language = wanted
        user.save(update_fields=["language"])
    back = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    if not here or not back.startswith(("/", "?", "http")):  # a word would be taken for the name of a view
        back = "/"
    if not request.user.is_authenticated and urlsplit(back).path == reverse("people:login"):
        back = _with_language(back, wanted)
    answer = HttpResponseRedirect(back)
    answer.set_cookie(COOKIE, wanted, max_age=31_536_000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return answer


def _with_language(address: str, language: str) -> str:
    """Let the login page know that its language was chosen there, so that the account takes it on."""
    parts = urlsplit(address)
    said = [(name, value) for name, value in parse_qsl(parts.query) if name != "language"]
    return urlunsplit(parts._replace(query=urlencode([*said, ("language", language)])))


@needs("people")
def listing(request: HttpRequest) -> HttpResponse:
    """List the accounts with their roles and the rows they see."""
    people = list(User.objects.order_by("-is_active", "role", "username"))
    named = places_said(people)
    lines = [(one, [(code, named[code]) for code in one.places]) for one in people]
    active = sum(one.is_active for one in people)
    doubled = [(name, both("、", ", ").join(accounts)) for name, accounts in unnumbered_namesakes(people)]
    return render(request, "people/listing.html", {"lines": lines, "active": active, "doubled": doubled})


@needs("people")
def add(request: HttpRequest) -> HttpResponse:
    """Make an account and show its first password once."""
    said = _said(request)
    if request.method == "POST":
        password = first_password()
        try:
            _settle_places(request, said)
            actions.add(actions.Person(**said), password, request.user.get_username())
        except RefusedError as wrong:
            return _refused(request, wrong)
        except IntegrityError:
            taken = "这个登录名已经有人用。", "This login name is taken."
            return _refused(request, RefusedError(*taken, at=("username",)))
        else:
            return render(request, "people/password_once.html", {"username": said["username"], "password": password})
    return render(request, "people/edit.html", {"said": said, "person": None, **_choices()})


def _said(request: HttpRequest) -> dict[str, Any]:
    """Read the form of an account; further places stand in it line by line."""
    said: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in ("username", *_FIELDS)}
    lines = re.split(r"[\n;；]", request.POST.get("other_places", ""))
    return said | {"other_places": [one.strip() for one in lines if one.strip()]}


def _refused(request: HttpRequest, wrong: RefusedError) -> HttpResponse:
    """Show the form again as it was sent, with what is wrong beside its field."""
    messages.error(request, both(*wrong.words))
    return shown_again(request, request.path, wrong.at, both(*wrong.words))


def _settle_places(request: HttpRequest, said: dict[str, Any]) -> None:
    """Put the places that are meant where their names were written, and tell where one is empty yet.

    RefusedError at its field for a place that cannot be.
    """
    actions.check_role(said["role"], said["place"])
    limit = ROLES[said["role"]].limited_by
    if limit:
        said["place"] = place_meant(limit, said["place"])
        try:
            meant = [place_meant(limit, one) for one in said["other_places"]]
        except RefusedError as wrong:
            raise RefusedError(*wrong.words, at=("other_places",)) from wrong
        said["other_places"] = meant
        for empty in filter(None, (empty_place(limit, one) for one in (said["place"], *meant))):
            messages.warning(request, empty)
    said["other_places"] = actions.further(said["role"], said["place"], said["other_places"])


@needs("people")
def firms(request: HttpRequest) -> HttpResponse:
    """Say which firms of a part of the ledger have no account, and hand out accounts with first passwords as Excel."""
    said = request.POST if request.method == "POST" else request.GET
    picked = {name: said.get(name, "") for name in ("district", "park", "scale")}
    wanted = Wanted(district=picked["district"], park=picked["park"], scale=picked["scale"])
    found, again = firm_accounts.standing(wanted), said.get("again") == "1"
    if request.method == "POST":
        asked, by = found.asked(again=again)[: firm_accounts.MOST], request.user.get_username()
        try:
            content = firm_accounts.hand_out(asked, by, request.build_absolute_uri("/"))
        except ValueError as wrong:
            messages.error(request, str(wrong))
        except IntegrityError:
            messages.error(
                request, both("有人同时在开账号，请再看一遍。", "Somebody made accounts meanwhile: look again.")
            )
        else:
            audit.record_request(request, "people.firms", f"{len(asked)}", **picked)
            return attachment(content, both("企业账号和初始密码.xlsx", "Accounts of firms.xlsx"))
    places = dict(places_of_firms())
    shown = {"wanted": wanted, "found": found, "again": again, "most": firm_accounts.MOST, "scales": _SCALES}
    shown |= {"districts": [(code, name) for code, name in places.items() if code != name]}
    shown |= {"parks": [code for code, name in places.items() if code == name]}
    return render(request, "people/firms.html", shown)


_SCALES = (("above", "规上", "above scale"), ("below", "规下", "below scale"))
_FIELDS = ("role", "place", "full_name", "unit", "person")


def _choices() -> dict[str, Any]:
    roles = [(role, both(*ROLE_WORDS[role.id])) for role in ROLES.values()]
    return {"roles": roles, "places": places_offered()}


@needs("people")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change an account, take it out of use, or give it a new password."""
    person = get_object_or_404(User, pk=number)
    by = request.user.get_username()
    if request.method == "POST" and request.POST.get("do") == "reset":
        password = actions.reset_password(person, by)
        return render(request, "people/password_once.html", {"username": person.username, "password": password})
    if request.method == "POST":
        said = _said(request) | {"is_active": request.POST.get("is_active") == "on"}
        del said["username"]
        try:
            if person.username == by and (not said["is_active"] or said["role"] != person.role):
                own = "不能改自己的角色或停用自己。", "Not your own role or account."
                raise RefusedError(*own, at=("role",) if said["is_active"] else ("is_active",))
            _settle_places(request, said)
        except RefusedError as wrong:
            return _refused(request, wrong)
        _tell_ended(request, actions.change(person, by, **said))
        return redirect("people:listing")
    said = {name: getattr(person, name) for name in (*_FIELDS, "other_places", "is_active", "username")}
    return render(request, "people/edit.html", {"said": said, "person": person, **_choices()})


def _tell_ended(request: HttpRequest, ended: int | None) -> None:
    """Say that a change is saved, and what it ended."""
    if ended is None:
        messages.success(request, both("已保存。", "Saved."))
        return
    zh = f"已保存。这个账号原来的登录已全部退出，{ended} 个接口令牌已停用，再启用也不恢复。"
    en = f"Saved. All sessions of the account have ended and {ended} token(s) are revoked; they do not come back."
    messages.success(request, both(zh, counted(en, ended)))


def _audit_asked(request: HttpRequest) -> dict[str, str]:
    """Which lines of the log are asked for: of a person, of a kind of action, from and to a day, about something."""
    return {name: request.GET.get(name, "").strip()[:100] for name in audit_sheet.ASKED}


@needs("audit")
def audit_log(request: HttpRequest) -> HttpResponse:
    """Show the lines of the log that are asked for, the newest first."""
    page = Paginator(audit_sheet.chosen(_audit_asked(request)), _LINES).get_page(request.GET.get("page"))
    there = sorted(AuditEntry.objects.order_by().values_list("action", flat=True).distinct())
    shown = {
        "page": page,
        "lines": audit_lines.lines(list(page)),
        "actions": [(one, audit_lines.action_words(one)) for one in there],
        "people": User.objects.order_by("username"),
    }
    return render(request, "people/audit.html", shown)


@needs("audit")
def audit_export(request: HttpRequest) -> HttpResponse:
    """Hand out the lines that are asked for as Excel; a long log is written by a job. That, too, is logged."""
    asked = _audit_asked(request)
    count = audit_sheet.chosen(asked).count()
    audit.record(str(request.user.get_username()), "people.audit.export", "", {"rows": count, **asked})
    title = both("导出操作日志", "Export of the log")
    return hand_out(request, "people.audit", title, at_once=count <= audit_sheet.AT_ONCE, **asked)


@needs("read")
def own_tokens(request: HttpRequest) -> HttpResponse:
    """Make and revoke one's own tokens for the API; a new one is shown once."""
    user: Any = request.user
    made = ""
    if request.method == "POST" and request.POST.get("do") == "revoke":
        tokens.revoke(get_object_or_404(user.tokens, pk=request.POST.get("number"), revoked_at=None), user.username)
    elif request.method == "POST":
        made = tokens.make(user, request.POST.get("title", "").strip() or "API")
    named, place = places_said([user]), own_places_said(user)
    lines = [(one, tokens.ends(one), tokens.is_over(one), named.get(one.place, "")) for one in user.tokens.all()]
    return render(request, "people/tokens.html", {"tokens": lines, "made": made, "place": place})


@require_POST
@needs("read")
def firm(request: HttpRequest) -> HttpResponse:
    """Look at another of the firms that the account answers for, from its first page on."""
    user: Any = request.user
    place = request.POST.get("firm", "")
    if place not in user.places or not user.chooses:
        raise Http404
    request.session[LOOKED_AT] = place
    return redirect("overview:home")
