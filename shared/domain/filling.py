"""Fields that are filled by the owner's rows, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from shared.domain.document import FieldValue
from shared.domain.mapping import Row, Target, mapped
from shared.domain.reasons import needs_user
from shared.domain.view import View


def filled(
    rows: Mapping[str, Sequence[Row] | None], view: View, targets: Sequence[Target], time_zone: str
) -> tuple[Mapping[str, FieldValue], tuple[str, ...]]:
    """The values, and the names of those that were cut. Raises NeedsUser for the first that cannot be filled."""
    found = mapped(rows, view, targets, time_zone=ZoneInfo(time_zone))
    if found.problems:
        raise needs_user("field_unmapped", field=found.problems[0].target, why=found.problems[0].why)
    return found.values, found.cut
