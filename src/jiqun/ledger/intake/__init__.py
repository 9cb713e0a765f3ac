"""Intake: a department's file held against a contract — check, preview, and the file that goes back."""

from jiqun.ledger.intake.archive import Limits
from jiqun.ledger.intake.check import check_file, look, refuse
from jiqun.ledger.intake.checked import Checked, ColumnReading, HeaderReport, IgnoredColumn, Summary, ToldTotal, Total
from jiqun.ledger.intake.excel_safety import neutralise, original
from jiqun.ledger.intake.likeness import Likelier, likelier
from jiqun.ledger.intake.return_file import write_return_file
from jiqun.ledger.intake.source import Source, open_book
from jiqun.ledger.intake.unit_slips import Beside

__all__ = [
    "Beside",
    "Checked",
    "ColumnReading",
    "HeaderReport",
    "IgnoredColumn",
    "Likelier",
    "Limits",
    "Source",
    "Summary",
    "ToldTotal",
    "Total",
    "check_file",
    "likelier",
    "look",
    "neutralise",
    "open_book",
    "original",
    "refuse",
    "write_return_file",
]
