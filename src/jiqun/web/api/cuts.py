"""What of a snapshot a user may take away: the rows of the own place, restricted columns by right."""

from __future__ import annotations

from jiqun.desk.datapackage import Cut
from jiqun.web.ledger.queries import in_scope
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of


def cut_for(user: User) -> Cut:
    """Return how a snapshot is cut before it leaves with a user."""
    scope = scope_of(user)
    if scope.whole and scope.sees_restricted:
        return Cut()
    whose = Cut().whose if scope.whole else f"{scope.column} {'、'.join(scope.places)}"
    return Cut(whose, lambda frame: in_scope(frame, scope), scope.sees_restricted)
