"""Choices: what of the books is taken for an order, by rows of which the first that holds counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr, StringConstraints

from shared.domain.condition import Condition, holds
from shared.domain.values import Listed
from shared.domain.view import View

#: Rows of one choice.
ROWS = 100


class Choice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Annotated[Condition | None, Field(description="Which orders; all that come to it where it is left out.")] = (
        None
    )
    use: Annotated[
        Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1)] | StrictInt,
        Field(description="The value of the setting for these orders, as the books call it."),
    ]


def _reached(rows: tuple[Choice, ...]) -> tuple[Choice, ...]:
    for at, row in enumerate(rows[:-1], start=1):
        if row.when is None:
            raise ValueError(
                f"row {at + 1} is never reached: row {at} has no `when` and takes every order; put it last"
            )
    return rows


Rows = Annotated[Listed[Choice], Field(min_length=1, max_length=ROWS), AfterValidator(_reached)]
#: By the name of the setting that they choose a value for.
Choices = dict[str, Rows]


def chosen(rows: Sequence[Choice], view: View) -> str | int | None:
    """None where no row holds: the setting's own value counts. Raises NeedsUser as `condition.holds` does."""
    return next((row.use for row in rows if row.when is None or holds(row.when, view)), None)
