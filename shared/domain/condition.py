"""Conditions: a tree of all, any and not over single questions to an order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from shared.domain.expression import Path
from shared.domain.questions import OPERATORS, Operator, answer, asked_for, shown
from shared.domain.reasons import needs_user
from shared.domain.values import Asked, Listed, NoAnswer, Value
from shared.domain.view import FACTS, FactName, View

#: How deep a condition nests, of how many questions it is, and how many values one of them asks for.
DEPTH, QUESTIONS, VALUES = 10, 50, 50


def _several(given: Any) -> Any:
    return [given] if isinstance(given, (str, int, float, Decimal)) else given


#: One of them is enough.
_OneOf = Annotated[Listed[Asked], BeforeValidator(_several), Field(min_length=1, max_length=VALUES)] | None
_Limit = Annotated[Asked | None, Field(description="A number.")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Question(_Strict):
    """Of one path or one fact, by one operator; texts are compared without regard to case and blanks around."""

    path: Path | None = None
    fact: FactName | None = None
    is_: Annotated[_OneOf, Field(alias="is")] = None
    contains: _OneOf = None
    starts_with: _OneOf = None
    ends_with: _OneOf = None
    above: _Limit = None
    at_least: _Limit = None
    below: _Limit = None
    at_most: _Limit = None
    exists: Annotated[bool | None, Field(strict=True)] = None

    @model_validator(mode="after")
    def _is_one_question(self) -> Question:
        if (self.path is None) is (self.fact is None):
            raise ValueError("a question is about a path or a fact: name one of them")
        given = [name for name in OPERATORS if self._given(name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(
                f"a question has one of {', '.join(OPERATORS)}, and here is {found}; put several under all"
            )
        kind = "anything" if self.fact is None else FACTS[self.fact].kind
        complaint = self.operator.complaint(self.values, kind)
        if complaint:
            raise ValueError(f"{self.fact or self.path}: {complaint}")
        return self

    def _given(self, operator: str) -> Any:
        return getattr(self, "is_" if operator == "is" else operator)

    @property
    def operator(self) -> Operator:
        return next(found for name, found in OPERATORS.items() if self._given(name) is not None)

    @property
    def values(self) -> tuple[Any, ...]:
        given = self._given(self.operator.name)
        return given if isinstance(given, tuple) else (given,)


class AllOf(_Strict):
    all: Annotated[Listed[Tree], Field(min_length=1)]


class AnyOf(_Strict):
    any: Annotated[Listed[Tree], Field(min_length=1)]


class Not(_Strict):
    not_: Annotated[Tree, Field(alias="not")]


_WORDS: Mapping[type, str] = {AllOf: "all", AnyOf: "any", Not: "not", Question: "question"}


def _shape(given: Any) -> str | None:
    """Its tag, for settings and for models."""
    if isinstance(given, Mapping):
        return next((word for word in ("all", "any", "not") if word in given), "question")
    return _WORDS.get(type(given))


Tree = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Question, Tag("question")],
    Discriminator(
        _shape,
        custom_error_type="no_condition",
        custom_error_message="must be a condition, like {fact: country, is: DK}, or all, any or not of such",
    ),
]


def _bounded(given: Any) -> Any:
    """Before anything is built of it."""
    questions, level = 0, [given]
    for _ in range(DEPTH):
        below: list[Any] = []
        for one in level:
            inner = _inner(one)
            questions += not inner
            below += inner
        if questions + len(below) > QUESTIONS:
            raise ValueError(f"a condition has at most {QUESTIONS} questions in all")
        level = below
    if level:
        raise ValueError(f"a condition nests at most {DEPTH} deep")
    return given


def _inner(given: Any) -> list[Any]:
    if not isinstance(given, Mapping):
        return []
    found = [given[word] for word in ("all", "any", "not") if word in given]
    return [one for part in found for one in (part if isinstance(part, (list, tuple)) else [part])]


#: In settings.
Condition = Annotated[Tree, BeforeValidator(_bounded)]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def holds(condition: Tree, view: View) -> bool:
    """Raises NeedsUser (condition_unanswered) where a question that it comes to cannot be answered."""
    match condition:
        case AllOf(all=parts):
            return all(holds(part, view) for part in parts)
        case AnyOf(any=parts):
            return any(holds(part, view) for part in parts)
        case Not(not_=part):
            return not holds(part, view)
    return _found(condition, view)[0]


def why_not(condition: Tree, view: View) -> str:
    """The question that it fails at, in words; nothing where it holds. Names no personal data. Raises as `holds`."""
    return _why(condition, view, wanted=True)


def _why(condition: Tree, view: View, *, wanted: bool) -> str:
    """Why the condition is not as wanted."""
    match condition:
        case Not(not_=part):
            return _why(part, view, wanted=not wanted)
        case Question():
            return _words(condition, view, wanted=wanted)
        case AllOf(all=parts):
            needs_every = wanted
        case AnyOf(any=parts):
            needs_every = not wanted
    found = (_why(part, view, wanted=wanted) for part in parts)
    if needs_every:
        return next(filter(None, found), "")
    reasons = []
    for reason in found:
        if not reason:
            return ""
        reasons.append(reason)
    return "; ".join(dict.fromkeys(reasons))


def _found(question: Question, view: View) -> tuple[bool, Value]:
    """The answer, and what stands there."""
    try:
        value = view.path(question.path) if question.path is not None else view.fact(question.fact or "")
        return answer(question.operator, value, question.values), value
    except NoAnswer as error:
        raise needs_user("condition_unanswered", about=question.fact or question.path, why=error.why) from None


def _words(question: Question, view: View, *, wanted: bool) -> str:
    is_so, value = _found(question, view)
    if is_so is wanted:
        return ""
    verb = "asked for" if wanted else "ruled out"
    if question.fact is None or not FACTS[question.fact].is_public:
        about = question.fact or f"what stands at {question.path}"
        return f"{about} is {'not what is asked for' if wanted else 'what is ruled out'}"
    return f"{question.fact} is {shown(value)}, and {asked_for(question.operator, question.values)} is {verb}"
