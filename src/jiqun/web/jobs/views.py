"""Pages of long work: all jobs of a user, and one with its progress."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.desk.evaluating import STAGES
from jiqun.web.jobs.files import fetched
from jiqun.web.jobs.models import Job
from jiqun.web.people.audit import record_request
from jiqun.web.people.rights import needs

_LINES = 50


def _visible(request: HttpRequest) -> Any:
    user: Any = request.user
    return Job.objects.select_related("owner") if user.may("audit") else Job.objects.filter(owner=user)


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the jobs, the newest first, with how many wait, are under way or have failed."""
    there = _visible(request)
    page = Paginator(there, _LINES).get_page(request.GET.get("page"))
    counts = {state: there.filter(state=state).count() for state in ("queued", "running", "failed")}
    return render(request, "jobs/listing.html", {"page": page, "stages": STAGES, **counts})


@needs("export")
def file(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the file that a job made, to its owner; who took it is logged."""
    user: Any = request.user
    job = Job.objects.filter(pk=number, owner=user, state="done").first()
    answer = None if job is None else fetched(job, user)
    if job is None or answer is None:
        raise Http404
    record_request(request, "jobs.fetch", job.outcome["name"], job=job.pk)
    return answer


@needs("read")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show a job; while it is open the part with its state asks anew, and goes on to the result once that is there."""
    job = _visible(request).filter(pk=number).first()
    if job is None:
        raise Http404
    asks_anew = bool(request.headers.get("HX-Request"))
    if asks_anew and job.owner == request.user and job.state == "done" and job.outcome.get("to"):
        answer = HttpResponse()
        answer["HX-Redirect"] = job.outcome["to"]
        return answer
    template = "jobs/state.html" if asks_anew else "jobs/one.html"
    return render(request, template, {"job": job, "stage": STAGES.get(job.stage, job.stage)})
