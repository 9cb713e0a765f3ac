"""Users with a role and a place, and the log of what was done."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from jiqun.web.people.append_only import WrittenOnce
from jiqun.web.people.roles import ROLES, Role


class User(AbstractUser):
    """Somebody who works here: the role says what they may do, the place whose rows they may see."""

    role = models.CharField(max_length=20, default="leader", help_text="a key of ROLES")
    place = models.CharField(max_length=40, blank=True, help_text="district code, park or social credit code")
    other_places = models.JSONField(default=list, blank=True, help_text="further places of the same role")
    person = models.CharField(max_length=40, blank=True, help_text="number of the person: equal ones are the same eyes")
    full_name = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2, default="zh")
    must_change_password = models.BooleanField(default=False)
    generation = models.PositiveIntegerField(default=0, help_text="sessions of an earlier one are over")

    REQUIRED_FIELDS: ClassVar[list[str]] = []
    looking_at = ""  # the firm of several that this request, token or job is about; never stored with the account

    @property
    def places(self) -> tuple[str, ...]:
        """The districts, parks or firms that the account is limited to, the main one first; none without a limit."""
        if not self.means.limited_by:
            return ()
        return tuple(dict.fromkeys(one for one in (self.place, *self.other_places) if one))

    @property
    def chooses(self) -> bool:
        """Tell whether the account answers for several firms, and so looks at one of them at a time."""
        return self.means.limited_by == "enterprise" and len(self.places) > 1

    def look_at(self, place: str) -> None:
        """Look at one of the account's firms; any other word leaves it at the main one."""
        self.looking_at = place if place in self.places else ""

    @property
    def means(self) -> Role:
        """The role with its rights."""
        return ROLES[self.role]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session is held against: it ends with the password, and with the generation of the account."""
        if not self.generation:  # as Django itself does, so that sessions of before outlive an upgrade
            found: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
            return found
        told = f"{self.password}:{self.generation}"
        return salted_hmac("jiqun.web.people.session", told, secret=secret, algorithm="sha256").hexdigest()

    def may(self, right: str) -> bool:
        return self.is_active and right in self.means.may

    def __str__(self) -> str:
        return self.full_name or self.username


def full_names() -> dict[str, str]:
    """Return login name → name of everybody; an account of a firm without a person's name is the firm."""
    every = User.objects.all()
    return {one.username: one.full_name or (one.unit if one.role == "enterprise" else "") or str(one) for one in every}


class AuditEntry(WrittenOnce):
    """One line of the log; the database itself refuses to change or remove it (migration 0002)."""

    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=150, db_index=True)
    action = models.CharField(max_length=40, db_index=True)
    about = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]


class Token(models.Model):
    """A program's way in as a user; the digest of a random secret, which is not guessable and so needs no slow hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    title = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    place = models.CharField(max_length=40, blank=True, help_text="the firm that a token of several firms is for")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
