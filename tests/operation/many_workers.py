"""A program: several workers at once take the jobs of one queue; prints who took what as JSON."""

from __future__ import annotations

import json
import sys
import threading

import django
from django.core.management import call_command


def main(jobs: int, workers: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from django.db import connection
    from django.utils import timezone

    from jiqun.web.jobs.models import Job
    from jiqun.web.jobs.queue import claim
    from jiqun.web.people.models import User

    owner = User.objects.create(username="owner")
    for number in range(jobs):
        Job.objects.create(kind="count", title=str(number), owner=owner, asked_at=timezone.now())
    taken: list[tuple[str, int]] = []
    start = threading.Barrier(workers)

    def work(name: str) -> None:
        start.wait()
        while job := claim(name):
            taken.append((name, job.pk))
        connection.close()

    threads = [threading.Thread(target=work, args=(f"worker {one}",)) for one in range(workers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(json.dumps({"vendor": connection.vendor, "taken": taken}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
