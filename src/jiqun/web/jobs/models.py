"""A piece of long work: asked for in a request, done by a worker, watched on a page; and who does it when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

OPEN = ("queued", "running")
STATES = (*OPEN, "done", "failed")


class Job(models.Model):
    """What was asked, how far it is, what came of it. All work can be done twice with the same outcome."""

    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, default="queued", help_text="one of STATES", db_index=True)
    stage = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    asked_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="last sign of life of the worker that has it")
    ended_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Worker(models.Model):
    """A worker that takes jobs, and when it last gave a sign of life."""

    name = models.CharField(max_length=80, unique=True)
    seen_at = models.DateTimeField(db_index=True)


class Chore(models.Model):
    """Work that comes round by itself, and when it was last begun; whoever moves the time forward does it."""

    name = models.CharField(max_length=40, unique=True)
    begun_at = models.DateTimeField()
