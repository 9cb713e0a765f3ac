"""Four eyes: whether an account is another person's than those that acted before. The one place that compares."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from jiqun.web.people.models import User


def person_said(written: str) -> str:
    """Return a person's number as it is compared: without blanks, full-width signs and capitals make no difference.

    >>> person_said(" ｊｗ-０１７ ")
    'JW-017'
    """
    return "".join(unicodedata.normalize("NFKC", written).split()).upper()


def own_accounts(user: User) -> frozenset[str]:
    """Return the names of all accounts of a user's person: those with the same number, else this account alone."""
    own = {user.get_username()}
    if user.person:
        own.update(User.objects.filter(person=user.person).values_list("username", flat=True))
    return frozenset(own)


def same_eyes(user: User, *accounts: str) -> bool:
    """Tell whether one of some accounts is the user's own, or registered as the same person's."""
    return not own_accounts(user).isdisjoint(accounts)


def why_same(user: User, *accounts: str) -> tuple[str, str]:
    """Say in both languages why another account is no other person; empty for the user's own account."""
    others = sorted((own_accounts(user) - {user.get_username()}) & set(accounts))
    if not others or user.get_username() in accounts:
        return "", ""
    return (
        f"账号“{others[0]}”和您的账号登记的是同一个人（人员编号 {user.person}）。",
        f" The account “{others[0]}” is registered as the same person as yours (number {user.person}).",
    )


def refusal(user: User, accounts: Iterable[str], zh: str, en: str) -> tuple[str, str] | None:
    """Return the words that refuse a step to a user who acted before under one of the accounts; None to anybody else.

    Where it was under another account, they say so.
    """
    if not same_eyes(user, *accounts):
        return None
    why = why_same(user, *accounts)
    return zh + why[0], en + why[1]


def unnumbered_namesakes(people: Iterable[User]) -> list[tuple[str, list[str]]]:
    """Return the names that several accounts in use bear, one of them without a person's number, with the accounts.

    They may be one person, whom four eyes would take for two.
    """
    named: defaultdict[str, list[User]] = defaultdict(list)
    for one in people:
        if one.is_active and one.full_name.strip():
            named[one.full_name.strip()].append(one)
    return [
        (name, sorted(one.username for one in found))
        for name, found in sorted(named.items())
        if len(found) > 1 and not all(one.person for one in found)
    ]
