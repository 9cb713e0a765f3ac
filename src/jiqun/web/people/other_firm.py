"""What is answered to a form that was opened for another of the firms that somebody answers for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.web.people.models import User
from jiqun.web.people.places import places_said
from jiqun.web.people.scope import scope_of
from jiqun.web.shell.faults import typed_words
from jiqun.web.shell.language import of_request, speak, spoken


def other_firm(request: HttpRequest, user: User, about: str) -> HttpResponse:
    """Say that nothing was saved, whose form it was and whose page is looked at, with what was typed.

    The mark against forgery fitted, so that the words are the user's own and may be shown.
    """
    speak(of_request(request))
    named, place = places_said([user]), scope_of(user).place
    shown = {
        "about": named.get(about, about), "code": about if about in user.places else "", "now": named.get(place, place),
        "typed": typed_words(request), "language": spoken(),
    }  # fmt: skip
    return render(request, "people/other_firm.html", shown, status=403)
