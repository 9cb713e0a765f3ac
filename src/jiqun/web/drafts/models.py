"""A draft of an object of the law, and the events that are its state (append-only by migration 0002)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiqun.web.people.append_only import WrittenOnce


class RuleDraft(models.Model):
    """A draft: the object and edition it was copied from, the object and edition it is to become.

    `came_from` is set where it becomes an object of another id, as a new document does.
    """

    kind = models.CharField(max_length=20, default="method")
    about = models.CharField(max_length=120)
    came_from = models.CharField(max_length=120, blank=True, default="")
    base = models.CharField(max_length=40, blank=True)
    edition = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]


class DraftEvent(WrittenOnce):
    """Something that happened to a draft; never changed, never removed."""

    draft = models.ForeignKey(RuleDraft, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    kind = models.CharField(max_length=20)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
