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

__all__ = [
    "Entry",
    "Language",
    "Place",
    "Problem",
    "ProblemsError",
    "Severity",
    "by_place",
    "catalogue",
    "problem",
    "recalled",
    "stop_if_errors",
]
