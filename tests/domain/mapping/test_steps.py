"""Steps: what becomes of a value on its way into a field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.domain.mapping.orders import fields, filled, meta, viewed


@pytest.mark.parametrize(
    ("value", "steps", "expected"),
    [
        ("  a ", ["strip"], "a"),
        ("straße", ["upper"], "STRASSE"),
        ("+45 12 34-56", ["digits"], "45123456"),
        ("abcdef", [{"cut": 3}], "abc"),
        ("a", [{"prefix": "x "}, {"suffix": " y"}], "x a y"),
        ("", [{"default": "none"}], "none"),
        (" ", ["strip", {"default": "none"}], "none"),
        ("none", ["digits", {"default": "0"}], "0"),
        ("a", [{"default": "none"}], "a"),
        ("", [{"prefix": "x "}], None),
        (" dk", [{"lookup": {"DK": "1", "SE": 2}}], "1"),
        ("SE", [{"lookup": {"DK": "1", "SE": 2}}], "2"),
        ("NO", [{"lookup": {"DK": "1"}, "otherwise": "9"}], "9"),
        ("NO", [{"lookup": {"DK": "1"}}], None),
        ("NO", [{"lookup": {"DK": "1"}}, {"default": "x"}], "x"),
        (True, [{"lookup": {"yes": "A", "no": "B"}}], "A"),
        ("DK", [{"country": "da"}], "Danmark"),
        ("de", [{"country": "en"}], "Germany"),
        ("UK", [{"country": "da"}], "Storbritannien"),
        ("GL", [{"country": "da"}], "Grønland"),
        ("XX", [{"country": "da"}], "XX"),
        ("1.005", [{"round": 2}], "1.01"),
        ("-1.005", [{"round": 2}], "-1.01"),
        ("-0.4", [{"round": 0}], "0"),
        (2.5, [{"round": 0}], "3"),
        (7, [], "7"),
        (True, [], "yes"),
        ("2026-03-02", [{"date": "dd-mm-yyyy"}], "02-03-2026"),
        ("2-3-2026", [{"date": "yyyy-mm-dd"}], "2026-03-02"),
        ("2026-03-02T11:00:00", [{"date": "dd.mm.yyyy"}], "02.03.2026"),
        ("2026-03-02 11:00", [{"date": "dd/mm/yyyy"}], "02/03/2026"),
        ("2026-12-24T23:30:00Z", [{"date": "yyyymmdd"}], "20261225"),
        ("2026-12-24T23:30:00-05:00", [{"date": "day"}], "2026-12-25"),
    ],
)
def test_a_value_passes_its_steps(value: object, steps: list[object], expected: str | None) -> None:
    # Given a custom field, when it is mapped into a text by these steps, then that stands there
    view = viewed(meta_data=[{"id": 1, "key": "field", "value": value}])
    result = filled({"path": meta("field"), "then": steps}, view=view)
    assert result.values.get("text") == expected
    assert result.problems == ()


@pytest.mark.parametrize(
    ("into", "row", "expected"),
    [
        ("delivery_date", {"path": meta("deliver")}, date(2026, 12, 24)),
        ("delivery_date", {"path": meta("packed_at"), "then": [{"date": "day"}]}, date(2026, 12, 25)),
        ("weight", {"path": meta("weight"), "then": [{"round": 2}]}, Decimal("1.26")),
        ("weight", {"path": meta("boxes")}, Decimal(3)),
        ("weight", {"fact": "total"}, Decimal("125.00")),
    ],
)
def test_dates_and_numbers_are_of_their_own_kind(into: str, row: object, expected: object) -> None:
    # Given a field of days or of numbers, when it is filled from texts of the shop, then it gets a day or a number
    result = filled(row, into=into)
    assert result.values == {into: expected}
    assert result.problems == ()


@pytest.mark.parametrize(
    ("into", "row", "why"),
    [
        ("text", {"path": meta("tags"), "then": [{"round": 2}]}, "no number"),
        ("text", {"path": meta("tags"), "then": [{"date": "day"}]}, "no date"),
        ("text", {"const": "31-02-2026", "then": [{"date": "day"}]}, "no date"),
        ("text", {"const": "0001-01-01T00:00:00+14:00", "then": [{"date": "day"}]}, "no date"),
        ("text", {"path": "line_items"}, "an object"),
        ("text", {"path": "length(id)"}, "length()"),
        ("weight", {"path": meta("tags")}, "no number"),
        ("weight", {"path": meta("weight")}, "more than 2 decimals: add {round: 2}"),
        ("weight", {"fact": "is_guest"}, "no number"),
        ("delivery_date", {"fact": "total"}, "no date"),
        ("text", {"const": "x", "when": {"path": "line_items", "is": "x"}}, "cannot be answered"),
    ],
)
def test_what_does_not_fit_is_a_problem_that_names_nothing_of_the_order(into: str, row: object, why: str) -> None:
    # Given a value that is not of the field's kind, when it is mapped, then that is told, without what stands there
    result = filled(row, into=into)
    assert result.values == {}
    assert [(problem.target, why in problem.why) for problem in result.problems] == [(into, True)]
    assert "Wholesale" not in result.problems[0].why


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("stripp", "there is no such step; there are strip, upper"),
        ({"regex": "a+"}, "there is no such step"),
        ({"word": "strip"}, "there is no such step"),
        ({"cut": 0}, "greater than or equal to 1"),
        ({"cut": "5"}, "valid integer"),
        ({"cut": 5, "upper": True}, "Extra inputs"),
        ({"round": 9}, "less than or equal to 8"),
        ({"country": "klingon"}, "is no language"),
        ({"country": "../da"}, "is no language"),
        ({"date": "mm/dd/yyyy"}, "dd/mm/yyyy"),
        ({"lookup": {}}, "at least 1 item"),
        ({"lookup": {"DK": 1, " dk": 2}}, "'dk' more than once"),
        ({"default": True}, "must be a text"),
        ({"prefix": ""}, "at least 1 character"),
    ],
)
def test_what_is_no_step_is_refused(step: object, why: str) -> None:
    # Given a step that was mistyped, when the mapping is saved, then the owner reads what is wrong
    with pytest.raises(ValidationError) as refused:
        fields(text={"path": "id", "then": [step]})
    assert why in str(refused.value)
