"""Changes of people and their rights: each is checked, made and logged in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from jiqun.web.people import audit, tokens
from jiqun.web.people.hashers import first_password
from jiqun.web.people.models import User
from jiqun.web.people.roles import ROLES
from jiqun.web.shell.language import both

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


@transaction.atomic
def add(person: Person, password: str, by: str, *, must_change: bool = True) -> User:
    """Make an account.

    ValidationError for a weak password or a login name with other signs, ValueError for a role or a missing place.
    """
    role = ROLES.get(person.role)
    if role is None:
        raise ValueError(both("请选择角色：", "Choose a role: ") + both("、", ", ").join(ROLES))
    if role.limited_by and not person.place:
        raise ValueError(both(*_NEEDED[role.limited_by]))
    UnicodeUsernameValidator()(person.username)
    user = User(
        username=person.username,
        role=person.role,
        place=person.place,
        full_name=person.full_name,
        unit=person.unit,
        must_change_password=must_change,
    )
    validate_password(password, user)
    user.set_password(password)
    user.save()
    audit.record(by, "people.add", person.username, {"role": person.role, "place": person.place})
    return user


_RIGHTS = frozenset({"role", "place", "is_active"})


@transaction.atomic
def change(user: User, by: str, **values: str | bool) -> int | None:
    """Change role, place, name, unit, language or whether the account is in use; the log keeps what stood before.

    Another role or place, and taking the account out of use or back, end its sessions and tokens: what was opened
    under other rights does not live on. Returns how many tokens ended, None where nothing did.
    """
    before = {name: getattr(user, name) for name in values}
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    if not user.is_active:
        _end_sessions(user)
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


def _end_sessions(user: User) -> None:
    """Log somebody out everywhere: a session that was only refused would live again with the account."""
    for one in Session.objects.filter(expire_date__gte=timezone.now()):
        if one.get_decoded().get(SESSION_KEY) == str(user.pk):
            one.delete()


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
