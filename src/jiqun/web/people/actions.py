"""Changes of people and their rights: each is checked, made and logged in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from jiqun.web.people import audit, tokens
from jiqun.web.people.eyes import person_said
from jiqun.web.people.hashers import first_password
from jiqun.web.people.models import User
from jiqun.web.people.roles import ROLES
from jiqun.web.people.scope import BETWEEN
from jiqun.web.shell.refused import RefusedError

_NEEDED = {
    "district": ("区县角色要写所属区县的代码，如 500101。", "A district officer needs the code of the district."),
    "park": ("园区角色要写所属园区的名称。", "A park officer needs the name of the park."),
    "enterprise": ("企业角色要写企业的统一社会信用代码。", "An enterprise needs its social credit code."),
}


@dataclass(frozen=True)
class Person:
    """What is said of a user when the account is made."""

    username: str
    role: str
    place: str = ""
    full_name: str = ""
    unit: str = ""
    person: str = ""
    other_places: tuple[str, ...] = ()


@transaction.atomic
def add(person: Person, password: str, by: str, *, must_change: bool = True) -> User:
    """Make an account.

    ValidationError for a weak password, RefusedError at its field for everything else that cannot be.
    """
    check_role(person.role, person.place)
    check_username(person.username)
    user = User(
        username=person.username,
        role=person.role,
        place=person.place,
        full_name=person.full_name,
        unit=person.unit,
        person=person_said(person.person),
        other_places=further(person.role, person.place, person.other_places),
        must_change_password=must_change,
    )
    validate_password(password, user)
    user.set_password(password)
    user.save()
    said = {"role": user.role, "place": user.place, "other_places": user.other_places, "person": user.person}
    audit.record(by, "people.add", person.username, {name: value for name, value in said.items() if value})
    return user


def check_username(username: str) -> None:
    """Refuse a login name that is none."""
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as wrong:
        zh = "用户名只能有字母、数字和 @ . + - _，不能空。"
        raise RefusedError(zh, "A user name has letters, digits and @ . + - _ only.", at=("username",)) from wrong


def check_role(role: str, place: str) -> None:
    """Refuse a role that is none, or that lacks the place it is limited to."""
    found = ROLES.get(role)
    if found is None:
        zh, en = "、".join(one.title for one in ROLES.values()), ", ".join(one.title_en for one in ROLES.values())
        raise RefusedError(f"请选择角色：{zh}。", f"Choose a role: {en}.", at=("role",))
    if found.limited_by and not place:
        raise RefusedError(*_NEEDED[found.limited_by], at=("place",))


def further(role: str, place: str, others: Iterable[str]) -> list[str]:
    """Return the further places of an account, each once; none for a role that sees the whole region.

    RefusedError for more than a page and a report can name.
    """
    if not ROLES[role].limited_by:
        return []
    found = list(dict.fromkeys(one for one in others if one and one != place))
    if len(found) >= MOST_PLACES or len(BETWEEN.join([place, *found])) > _LONGEST_PLACES:
        raise RefusedError(
            f"一个账号最多 {MOST_PLACES} 个范围，合计不超过 {_LONGEST_PLACES} 字。",
            f"An account has {MOST_PLACES} places at most, of {_LONGEST_PLACES} signs together.",
            at=("other_places",),
        )
    return found


MOST_PLACES, _LONGEST_PLACES = 20, 400
_RIGHTS = frozenset({"role", "place", "other_places", "is_active"})


@transaction.atomic
def change(user: User, by: str, **values: str | bool | list[str]) -> int | None:
    """Change role, places, person, name, unit, language or whether the account is in use; the log keeps what stood.

    Another role or other places, and taking the account out of use or back, end its sessions and tokens: what was
    opened under other rights does not live on. Returns how many tokens ended, None where nothing did.
    """
    if "person" in values:
        values["person"] = person_said(str(values["person"]))
    before = {name: getattr(user, name) for name in values}
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    audit.record(by, "people.change", user.username, {"before": before, "after": values})
    return end(user, by) if any(before[name] != values[name] for name in _RIGHTS & values.keys()) else None


@transaction.atomic
def end(user: User, by: str) -> int:
    """End every session and every token of an account; returns how many tokens there were."""
    user.generation += 1
    user.save(update_fields=["generation"])
    ended = [one for one in user.tokens.filter(revoked_at=None) if not tokens.is_over(one)]
    for one in ended:
        tokens.revoke(one, by)
    audit.record(by, "people.ended", user.username, {"tokens": len(ended)})
    return len(ended)


@transaction.atomic
def reset_password(user: User, by: str) -> str:
    """Give a new random password, to be changed at the next login; returns it, it is stored nowhere.

    Sessions and tokens end with the old one: whoever made them may have been somebody else.
    """
    password = first_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    audit.record(by, "people.reset_password", user.username)
    end(user, by)
    return password
