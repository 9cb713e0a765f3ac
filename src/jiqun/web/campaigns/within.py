"""What a request may reach of a campaign, and how it is told that a step was refused."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest

from jiqun.web.campaigns import queries
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.state import state_of
from jiqun.web.enterprises.register import place_names
from jiqun.web.people.scope import Scope
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both


def found(request: HttpRequest, number: int) -> Campaign:
    """Return a campaign that the user may see; 404 for any other."""
    user: Any = request.user
    campaign: Campaign | None = queries.visible(user).filter(pk=number).first()
    if campaign is None:
        raise Http404
    return campaign


def place_of(code: str) -> str:
    """Name the district of a campaign, or the whole region."""
    if not code:
        return both("全市", "whole region")
    return place_names().get(code, code)


def tell(request: HttpRequest, told: RefusedError) -> None:
    """Say on the next page why a step was not taken."""
    for one in told.words():
        messages.error(request, one)


def in_scope(campaign: Campaign, scope: Scope, about: str) -> None:
    """Stop with 404 where an adjustment or appeal is about a firm outside the scope."""
    state, firms = state_of(campaign), queries.firms_of(campaign, scope)
    number = whole_number(about) or 0
    one = state.adjustments.get(number) or state.appeals.get(number)
    if one is None or one.said["enterprise"] not in firms.names:
        raise Http404
