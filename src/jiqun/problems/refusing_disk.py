"""A disk that is full or may not be written to: told as a problem wherever the work was broken off by it."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from jiqun.problems.problem import Place, Problem, problem

_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM})
# engines and the database pass on what the system said as text
_SAID = (
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
    "disk is full",
    "readonly database",
    "disk I/O error",
)


def disk_refused(fault: BaseException) -> Problem | None:
    """Return what a fault tells of the disk (CLI-044); None where it is about something else."""
    for one in _behind(fault):
        if isinstance(one, OSError) and one.errno in _NUMBERS:
            file = one.filename2 or one.filename or ""
            return problem("CLI-044", Place(str(file)), detail=one.strerror)
        said = next((text for text in _SAID if text in str(one)), None)
        if said and not isinstance(one, ValueError | LookupError):  # those repeat what somebody wrote
            return problem("CLI-044", detail=said)
    return None


def _behind(fault: BaseException) -> Iterator[BaseException]:
    """Give a fault and those that it was raised from."""
    at: BaseException | None = fault
    seen: set[int] = set()
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__
