"""A draft of a rule, and the events that are its state (append-only by migration 0002)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiqun.web.people.append_only import WrittenOnce


class RuleDraft(models.Model):
    """A draft: the rule and edition it was copied from, the edition it is to become."""

    method = models.CharField(max_length=120)
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
