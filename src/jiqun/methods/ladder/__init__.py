"""The ladder of titles (梯度培育): which edition judges a case, what a firm holds, what is next and what is missing."""

from jiqun.methods.ladder.criterion_states import CriterionState
from jiqun.methods.ladder.cultivation import CultivationRow, cultivation
from jiqun.methods.ladder.edition import ChosenEdition, choose_edition
from jiqun.methods.ladder.evaluations import Case, Evaluated, evaluate_ladder, ladder_of, last_year_with_data
from jiqun.methods.ladder.gaps import Gap
from jiqun.methods.ladder.screening import (
    Assessment,
    Deadline,
    SideBySide,
    Standing,
    screen,
    side_by_side,
)
from jiqun.methods.ladder.titles import Holding, TitleEvent, holdings, title_events, title_held

__all__ = [
    "Assessment",
    "Case",
    "ChosenEdition",
    "CriterionState",
    "CultivationRow",
    "Deadline",
    "Evaluated",
    "Gap",
    "Holding",
    "SideBySide",
    "Standing",
    "TitleEvent",
    "choose_edition",
    "cultivation",
    "evaluate_ladder",
    "holdings",
    "ladder_of",
    "last_year_with_data",
    "screen",
    "side_by_side",
    "title_events",
    "title_held",
]
