"""Reports: results laid out for a person, as Excel workbooks. No figure is computed here, only laid out and counted."""

from jiqun.reports.evaluation import evaluation_sheets
from jiqun.reports.export import export
from jiqun.reports.layout import Field, Head, Page, Sheet
from jiqun.reports.run import Evaluated
from jiqun.reports.workbook import write_workbook

__all__ = ["Evaluated", "Field", "Head", "Page", "Sheet", "evaluation_sheets", "export", "write_workbook"]
