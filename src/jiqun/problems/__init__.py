"""The error catalogue and the problems made from it."""

from jiqun.problems.problem import (
    Entry,
    Language,
    Place,
    Problem,
    ProblemsError,
    Severity,
    by_place,
    catalogue,
    problem,
    recalled,
    stop_if_errors,
)
from jiqun.problems.refusing_disk import disk_refused

__all__ = [
    "Entry",
    "Language",
    "Place",
    "Problem",
    "ProblemsError",
    "Severity",
    "by_place",
    "catalogue",
    "disk_refused",
    "problem",
    "recalled",
    "stop_if_errors",
]
