"""Tokens with which a program acts as a user: shown once, kept only as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiqun.web.people import audit
from jiqun.web.people.models import Token, User
from jiqun.web.people.scope import scope_of

_MARK = "jq_"


@transaction.atomic
def make(user: User, title: str) -> str:
    """Make a token and return it; only its digest is kept. Of several firms it is for the one that is looked at."""
    secret = _MARK + secrets.token_urlsafe(32)
    place = scope_of(user).place if user.chooses else ""
    Token.objects.create(user=user, title=title[:80], digest=_digest(secret), made_at=timezone.now(), place=place)
    audit.record(user.get_username(), "tokens.make", title)
    return secret


@transaction.atomic
def revoke(token: Token, by: str) -> None:
    """Take a token out of use; its line stays."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    audit.record(by, "tokens.revoke", token.title)


def user_of(secret: str) -> User | None:
    """Return the active user a token acts as; None for an unknown, revoked or lapsed one.

    Nor for a user who must change the password first: whoever made the token may have been somebody else.
    """
    found = Token.objects.select_related("user").filter(digest=_digest(secret), revoked_at=None).first()
    if found is None or is_over(found) or not found.user.is_active or found.user.must_change_password:
        return None
    if found.user.chooses:
        found.user.look_at(found.place)
    return found.user


def ends(token: Token) -> datetime:
    """Return when a token lapses."""
    return token.made_at + timedelta(days=settings.TOKEN_DAYS)


def is_over(token: Token) -> bool:
    return ends(token) <= timezone.now()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
