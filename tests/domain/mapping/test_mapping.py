"""Fields: their rows, what the books take, and what is complained about when they are saved."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.domain.mapping import Fields, Problem, Target, check, mapped
from shared.domain.steps import LONGEST
from tests.domain.mapping.orders import COPENHAGEN, TARGETS, fields, filled, meta, viewed

SWEDEN = {"fact": "country", "is": "SE"}
DENMARK = {"fact": "country", "is": "DK"}


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ({"const": "Tak"}, "Tak"),
        ({"fact": "number", "then": [{"prefix": "Ordre "}]}, "Ordre 7"),
        ({"path": "billing.city"}, "Aarhus"),
        ({"path": "line_items[].name"}, "Kaffekrus"),
        ({"path": "meta_data[?value].key | [:2]"}, "tags, ean"),
        ({"concat": [{"path": "billing.first_name"}, {"path": "billing.last_name"}], "with": " "}, "Mette Holm"),
        ({"concat": [{"const": "A"}, {"path": "none"}, {"path": "billing.company"}, {"const": 5}], "with": "-"}, "A-5"),
        ({"concat": [{"path": "none"}, {"fact": "company"}], "with": "-"}, None),
        ([{"const": "to Sweden", "when": SWEDEN}, {"const": "to Denmark", "when": DENMARK}], "to Denmark"),
        ([{"path": "none"}, {"path": "customer_note"}, {"const": "nothing said"}], "nothing said"),
        ([{"const": "to Sweden", "when": SWEDEN}], None),
        (None, None),
        ({"path": meta("gift")}, "Til lykke!\nKnus fra Mor"),
        ({"const": "   "}, None),
    ],
)
def test_a_field_is_filled_by_its_rows(rows: object, text: str | None) -> None:
    # Given rows of a field, when an order is mapped, then the first that holds and gives a value stands there
    result = filled(rows)
    assert result.values.get("text") == text
    assert (result.cut, result.problems) == ((), ())


def test_line_breaks_are_for_fields_that_have_lines() -> None:
    # Given a gift message of two lines, when it goes into a field of one line, then it is one line
    target = (Target(name="line", kind="text", limit=50, description="one line"),)
    result = mapped(fields(line={"path": meta("gift")}), viewed(), target, time_zone=COPENHAGEN)
    assert result.values == {"line": "Til lykke! Knus fra Mor"}


def test_what_no_field_can_hold_is_left_out() -> None:
    # Given a note with control characters and half a character, when it goes into a field, then blanks stand for them
    view = viewed(note="a\x00b\u2028c\ud800d\te")
    assert filled({"path": "note"}, view=view).values == {"text": "a b c d e"}


def test_what_is_too_long_is_cut_and_told() -> None:
    # Given a heading of 20 characters, when longer and just fitting texts go into it, then the longer one is told of
    assert filled({"const": "x" * 20}, into="heading").cut == ()
    result = filled({"const": "x" * 19 + " y"}, into="heading")
    assert (result.values, result.cut) == ({"heading": "x" * 19}, ("heading",))
    # And a text that the owner cuts himself is none that was too long
    assert filled({"const": "x" * 30, "then": [{"cut": 20}]}, into="heading").cut == ()


def test_a_number_is_whole_or_not_there() -> None:
    # Given a field for a number of 13 digits, when a longer one goes into it, then it is a problem, and nothing is cut
    target = (Target(name="ean", kind="text", limit=13, whole=True, description="EAN"),)
    long, fitting = (
        mapped(fields(ean={"const": digits}), viewed(), target, time_zone=COPENHAGEN)
        for digits in ("5790 0000 00012", "5790000000012")
    )
    assert (long.values, long.cut, [one.target for one in long.problems]) == ({}, (), ["ean"])
    assert (fitting.values, fitting.problems) == ({"ean": "5790000000012"}, ())


def test_a_text_of_megabytes_is_cut_on_its_way() -> None:
    # Given a customer who wrote five million letters, when all of it goes into fields, then they get what they can hold
    view = viewed(customer_note="ß" * 5_000_000)
    parts = [{"fact": "customer_note"}] * 20
    result = filled({"concat": parts, "then": ["upper"] * 20}, view=view)
    assert (result.values, result.cut) == ({"text": "S" * 50}, ("text",))


def test_what_is_behind_the_longest_text_does_not_count() -> None:
    # Given a note whose only digit is behind what is carried, when its digits are mapped, then there are none
    view = viewed(customer_note="x" * LONGEST + "5")
    assert filled({"fact": "customer_note", "then": ["digits"]}, view=view).values == {}


def test_a_problem_in_one_field_leaves_the_others() -> None:
    # Given a field that the books do not have, and one whose row does not fit, when it is mapped, then the rest goes
    rows = fields(headline={"const": "a"}, weight={"const": "heavy"}, text={"const": "b"})
    result = mapped(rows, viewed(), TARGETS, time_zone=COPENHAGEN)
    assert result.values == {"text": "b"}
    assert result.problems == (
        Problem("headline", "the books have no such field"),
        Problem("weight", "what stands there is no number"),
    )


def test_a_problem_is_not_passed_over_for_the_next_row() -> None:
    # Given a row that cannot be answered, with another behind it, when it is mapped, then the other does not stand in
    result = filled([{"path": "line_items"}, {"const": "other"}])
    assert result.values == {}
    assert len(result.problems) == 1


@pytest.mark.parametrize(
    ("into", "rows", "complaint"),
    [
        ("headnig", {"const": "x"}, "headnig: there is no such field, did you mean heading?; there are heading, text,"),
        ("heading", {"const": "x" * 21}, "is longer than the 20 characters of the field"),
        ("heading", {"fact": "number", "then": [{"default": "x" * 21}]}, "heading: the default"),
        ("heading", {"fact": "number", "then": [{"lookup": {"a": "x" * 21}}]}, "heading: the looked-up value"),
        ("heading", {"fact": "number", "then": [{"lookup": {"a": "b"}, "otherwise": "x" * 21}]}, "the looked-up value"),
        ("heading", {"concat": [{"fact": "number"}, {"const": "x" * 21}]}, "heading: the constant"),
        ("weight", {"const": "heavy"}, "weight: the constant 'heavy' does not fit: what stands there is no number"),
        ("weight", {"const": 1.255}, "more than 2 decimals"),
        ("weight", {"fact": "total", "then": [{"default": "heavy"}]}, "weight: the default 'heavy' does not fit"),
        ("weight", {"fact": "country", "then": [{"country": "da"}]}, "what its last step gives is no number"),
        ("weight", {"path": "date_created", "then": [{"date": "day"}, {"default": 5}]}, "last step gives is no number"),
        ("delivery_date", {"const": "soon"}, "delivery_date: the constant 'soon' does not fit"),
        ("delivery_date", {"path": "a", "then": [{"date": "dd-mm-yyyy"}]}, "what its last step gives is no date"),
        ("delivery_date", {"path": "a", "then": [{"round": 2}]}, "what its last step gives is no date"),
        ("heading", [{"const": "a"}, {"const": "b"}], "heading, row 1: it gives a value for every order"),
        ("heading", [{"path": "a", "then": [{"default": "b"}]}, {"const": "c"}], "so what follows is never reached"),
    ],
)
def test_what_can_never_be_right_is_complained_about(into: str, rows: object, complaint: str) -> None:
    # Given a mapping that is wrong whatever the order, when it is saved, then the owner reads why, and nothing else
    complaints = check(fields(**{into: rows}), TARGETS)
    assert len(complaints) == 1
    assert complaint in complaints[0]


def test_a_mapping_that_can_be_right_is_not_complained_about() -> None:
    # Given a mapping with all that there is, when it is saved, then nobody complains
    good = fields(
        heading=[{"path": meta("tags"), "when": DENMARK, "then": ["strip", {"cut": 20}]}, {"const": "x" * 20}],
        text=None,
        ean={"path": meta("ean"), "then": ["digits"]},
        delivery_date={"path": meta("deliver"), "then": [{"default": "2026-12-24"}, {"date": "day"}]},
        weight={"const": "1.255", "then": [{"round": 2}]},
    )
    assert check(good, TARGETS) == []
    # And what is long at first and is cut by a step is not too long
    assert check(fields(heading={"const": "x" * 30, "then": [{"cut": 20}]}), TARGETS) == []


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({}, "a row has one of path, fact, const and concat"),
        ({"path": "a", "const": "b"}, "a row has one of path, fact, const and concat"),
        ({"path": "a", "concat": [{"const": "b"}]}, "a row has one of path, fact, const and concat"),
        ({"concat": [{"const": "b", "path": "a"}]}, "a part has one of path, fact and const"),
        ({"concat": []}, "at least 1 item"),
        ({"path": "a", "with": "-"}, "leave it out"),
        ({"path": "a[?b=1]"}, "write == to compare"),
        ({"fact": "numbr"}, "did you mean number?"),
        ({"const": True}, "must be a text"),
        ({"const": 12345678901234567}, "a number of at most 16"),
        ({"path": "a", "then": ["strip"] * 21}, "at most 20"),
        ([], "at least 1 item"),
    ],
)
def test_what_is_no_row_is_refused(rows: object, why: str) -> None:
    # Given a row that makes no sense, when the mapping is saved, then the owner reads why
    with pytest.raises(ValidationError) as refused:
        fields(text=rows)
    assert why in str(refused.value)


def test_stored_settings_mean_the_same() -> None:
    # Given a mapping of all kinds, when it is stored as JSON and read again, then it is the same
    kinds: TypeAdapter[Fields] = TypeAdapter(Fields)
    steps: list[object] = ["strip", {"cut": 5}, {"lookup": {"a": 1, "b": "2"}, "otherwise": 0.5}, {"default": "1"}]
    read = fields(
        heading={"concat": [{"const": 12.5}, {"fact": "number"}], "with": " ", "then": steps, "when": DENMARK},
        text=None,
        ean=[{"path": "a"}, {"const": "0123"}],
    )
    stored = kinds.dump_python(read, mode="json", exclude_unset=True)
    assert kinds.validate_python(stored) == read
    assert stored["heading"][0]["then"] == steps


def test_a_target_is_within_what_is_carried() -> None:
    # Given a connector that declares a field longer than any text is carried, when it does so, then it hears of it
    with pytest.raises(ValueError, match=str(LONGEST)):
        Target(name="novel", kind="text", limit=LONGEST, description="too long")
