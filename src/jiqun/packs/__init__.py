"""Packs: a region's law book as data, read with the line of every value, checked, and asked by id and day."""

from jiqun.packs.classification import Classification, Membership, View
from jiqun.packs.intervals import WHOLE_LINE, Coverage, Interval, Overlap, gaps_and_overlaps
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import DatedValue, LawObject, Pack
from jiqun.packs.loader import builtin_root, load, load_with_extended, read, with_builtin
from jiqun.packs.models import Column, Method, Parameter, TableContract, Taxonomy

__all__ = [
    "WHOLE_LINE",
    "Classification",
    "Column",
    "Coverage",
    "DatedValue",
    "Interval",
    "LawBook",
    "LawObject",
    "Membership",
    "Method",
    "Overlap",
    "Pack",
    "Parameter",
    "TableContract",
    "Taxonomy",
    "View",
    "builtin_root",
    "gaps_and_overlaps",
    "load",
    "load_with_extended",
    "read",
    "with_builtin",
]
