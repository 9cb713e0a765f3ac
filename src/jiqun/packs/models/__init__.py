"""The models of the kinds of object that a law book holds."""

from jiqun.packs.models.base import Completeness, Header, Model, Span, Status
from jiqun.packs.models.calendar import Calendar, Holiday
from jiqun.packs.models.document import Clause, Document, Origin
from jiqun.packs.models.example import Example
from jiqun.packs.models.ladder import EditionChoice, EditionRule, Ladder, LadderRung, LadderTitle, Term, Update, Use
from jiqun.packs.models.manifest import PackManifest, ReleasedLock
from jiqun.packs.models.method import Method
from jiqun.packs.models.parameter import Dated, Parameter
from jiqun.packs.models.table import Category, Check, Column, Constraints, ForeignKey, TableContract
from jiqun.packs.models.taxonomy import Includes, Level, Taxonomy, TaxonomyCode

KINDS: dict[str, type[Header]] = {
    "document": Document,
    "parameter": Parameter,
    "taxonomy": Taxonomy,
    "table": TableContract,
    "method": Method,
    "example": Example,
    "edition_rule": EditionRule,
    "ladder": Ladder,
    "calendar": Calendar,
}

__all__ = [
    "KINDS",
    "Calendar",
    "Category",
    "Check",
    "Clause",
    "Column",
    "Completeness",
    "Constraints",
    "Dated",
    "Document",
    "EditionChoice",
    "EditionRule",
    "Example",
    "ForeignKey",
    "Header",
    "Holiday",
    "Includes",
    "Ladder",
    "LadderRung",
    "LadderTitle",
    "Level",
    "Method",
    "Model",
    "Origin",
    "PackManifest",
    "Parameter",
    "ReleasedLock",
    "Span",
    "Status",
    "TableContract",
    "Taxonomy",
    "TaxonomyCode",
    "Term",
    "Update",
    "Use",
]
