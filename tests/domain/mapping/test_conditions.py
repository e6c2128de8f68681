"""Conditions: when they hold, what is said when they do not, and what is refused when they are saved."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.domain.condition import DEPTH, QUESTIONS, VALUES, Condition, Tree, holds, why_not
from shared.errors import NeedsUser
from tests.domain.mapping.orders import condition, meta, viewed

DK: dict[str, Any] = {"fact": "country", "is": "DK"}
SE: dict[str, Any] = {"fact": "country", "is": "SE"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"fact": "country", "is": ["SE", " dk "]}, True),
        ({"fact": "country", "is": ["SE", "NO"]}, False),
        ({"fact": "total", "is": 125}, True),
        ({"path": "total", "is": 125}, True),
        ({"path": "total", "is": "125"}, False),
        ({"path": "total", "at_least": 125}, True),
        ({"path": "total", "above": 125}, False),
        ({"path": "total", "below": 125.01}, True),
        ({"fact": "total", "at_most": 124.99}, False),
        ({"path": meta("boxes"), "is": "3"}, True),
        ({"path": meta("boxes"), "is": [1, 3]}, True),
        ({"path": meta("tags"), "contains": "wholesale"}, True),
        ({"path": meta("tags"), "contains": ["retail", "vip"]}, True),
        ({"path": meta("tags"), "starts_with": "VIP"}, False),
        ({"path": meta("tags"), "ends_with": "VIP"}, True),
        ({"path": meta("ean"), "starts_with": "579"}, True),
        ({"path": "line_items[].sku", "is": "mug"}, True),
        ({"path": "line_items[].quantity", "above": 1}, False),
        ({"fact": "is_guest", "is": True}, True),
        ({"fact": "is_guest", "is": False}, False),
        ({"path": meta("tags"), "exists": True}, True),
        ({"path": meta("none"), "exists": True}, False),
        ({"path": meta("none"), "exists": False}, True),
        ({"path": "customer_note", "exists": False}, True),
        ({"path": "meta_data[?key=='none'].value", "exists": False}, True),
        ({"path": meta("none"), "is": "x"}, False),
        ({"path": meta("none"), "above": 1}, False),
        ({"all": [DK, {"fact": "total", "above": 100}]}, True),
        ({"all": [DK, SE]}, False),
        ({"any": [SE, DK]}, True),
        ({"not": SE}, True),
        ({"not": {"any": [SE, {"not": DK}]}}, True),
    ],
)
def test_a_condition_holds_or_not(question: object, expected: bool) -> None:
    # Given a condition as settings have it, when it is asked of an order to Denmark of 125.00, then it holds or not
    read = condition(question)
    assert holds(read, viewed()) is expected
    assert (why_not(read, viewed()) == "") is expected


@pytest.mark.parametrize(
    ("written", "shops", "expected"),
    [
        (True, "yes", True),
        (True, "1", True),
        (True, 1, True),
        (True, True, True),
        (True, "no", False),
        (True, "perhaps", False),
        (False, "no", True),
        (False, "NO", True),
        (False, "", False),
        (False, 0, True),
        ("yes", True, True),
        ("100", "100.00", False),
        (100, "100.00", True),
        (100, "a hundred", False),
        ("0123", "123", False),
    ],
)
def test_shops_write_values_in_their_own_ways(written: object, shops: object, expected: bool) -> None:
    # Given a value that a shop wrote in its way, when `is` asks for it as YAML read it, then what is meant counts
    view = viewed(meta_data=[{"id": 1, "key": "field", "value": shops}])
    assert holds(condition({"path": meta("field"), "is": written}), view) is expected


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (SE, "country is DK, and SE is asked for"),
        ({"fact": "country", "is": ["SE", "NO"]}, "country is DK, and SE or NO is asked for"),
        ({"fact": "total", "at_least": 1000}, "total is 125.00, and at least 1000 is asked for"),
        ({"fact": "is_guest", "is": False}, "is_guest is yes, and no is asked for"),
        ({"fact": "coupons", "contains": "vip"}, "coupons is not there, and one that contains vip is asked for"),
        ({"fact": "coupons", "exists": True}, "coupons is not there, and any value is asked for"),
        ({"not": DK}, "country is DK, and DK is ruled out"),
        ({"all": [DK, SE, {"fact": "total", "above": 999}]}, "country is DK, and SE is asked for"),
        (
            {"any": [SE, {"fact": "total", "above": 999}]},
            "country is DK, and SE is asked for; total is 125.00, and above 999 is asked for",
        ),
        ({"not": {"any": [SE, DK]}}, "country is DK, and DK is ruled out"),
        ({"not": {"not": SE}}, "country is DK, and SE is asked for"),
        (
            {"not": {"all": [DK, {"fact": "buyer", "is": "private"}]}},
            "country is DK, and DK is ruled out; buyer is private, and private is ruled out",
        ),
        ({"path": "billing.city", "is": "Odense"}, "what stands at billing.city is not what is asked for"),
        ({"not": {"fact": "email", "contains": "lampeland"}}, "email is what is ruled out"),
    ],
)
def test_why_not_in_words(question: object, why: str) -> None:
    # Given a condition that does not hold, when it is asked why, then it names the question that fails
    assert why_not(condition(question), viewed()) == why


@pytest.mark.parametrize("fact", ["number", "company", "customer_note", "email", "phone", "customer_id"])
def test_why_not_names_no_personal_data(fact: str) -> None:
    # Given a customer with everything, when a question about him fails either way, then nothing of him is in the words
    billing = {"company": "Secret ApS", "email": "secret@lampeland.example", "phone": "Secret"}
    view = viewed(billing=billing, customer_note="Secret", customer_id=4242, number="Secret-4242")
    failed = [{"fact": fact, "is": "Secret of the settings"}, {"not": {"fact": fact, "exists": True}}]
    said = " ".join(why_not(condition(one), view) for one in failed)
    assert fact in said
    assert "ecret" not in said
    assert "4242" not in said


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"path": "line_items", "exists": True}, "an object"),
        ({"path": meta("nested"), "is": "x"}, "an object"),
        ({"path": meta("tags"), "above": 5}, "no number"),
        ({"path": "length(total.a)", "above": 5}, "length()"),
        ({"path": "line_items[].[@,@,@,@,@][]" + ".[@,@,@,@,@][]" * 5, "is": "x"}, "more than"),
    ],
)
def test_what_cannot_be_asked_waits_for_the_owner(question: object, why: str) -> None:
    # Given a question that an order has no answer to, when it is asked, then the order waits with a reason
    for ask in (holds, why_not):
        with pytest.raises(NeedsUser) as waiting:
            ask(condition(question), viewed())
        assert waiting.value.code == "condition_unanswered"
        assert why in waiting.value.message


def test_what_need_not_be_asked_is_not() -> None:
    # Given a question without an answer behind one that decides, when both are asked, then it is never come to
    unanswerable = {"path": "line_items", "is": "x"}
    assert not holds(condition({"all": [SE, unanswerable]}), viewed())
    assert holds(condition({"any": [DK, unanswerable]}), viewed())


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("DK", "must be a condition"),
        ({"fact": "contry", "is": "DK"}, "did you mean country?"),
        ({"fact": "country"}, "here is none"),
        ({"is": "DK"}, "name one of them"),
        ({"fact": "country", "path": "billing.country", "is": "DK"}, "name one of them"),
        ({"fact": "country", "is": "DK", "contains": "D"}, "here is is and contains; put several under all"),
        ({"fact": "country", "like": "D%"}, "Extra inputs"),
        ({"fact": "country", "is": []}, "at least 1 item"),
        ({"fact": "country", "is": [" "]}, "exists: false"),
        ({"fact": "country", "is": ["x"] * (VALUES + 1)}, f"at most {VALUES}"),
        ({"fact": "country", "starts_with": False}, "write it in quotes"),
        ({"fact": "country", "above": 5}, "above is for numbers, and this is text"),
        ({"fact": "total", "contains": "5"}, "contains is for texts, and this is number"),
        ({"fact": "total", "is": "5"}, "without quotes"),
        ({"path": "total", "above": "5"}, "asks for a number, without quotes"),
        ({"fact": "is_guest", "is": "yes"}, "write true or false"),
        ({"fact": "is_guest", "exists": "yes"}, "valid boolean"),
        ({"path": "a[?b=1]", "is": "x"}, "write == to compare"),
        ({"all": []}, "at least 1 item"),
        ({"all": DK}, "valid array"),
        ({"all": [DK], "any": [DK]}, "Extra inputs"),
        ({"all": [DK] * (QUESTIONS + 1)}, f"at most {QUESTIONS} questions"),
        ({"any": [{"all": [DK] * 10}] * 6}, f"at most {QUESTIONS} questions"),
    ],
)
def test_what_is_no_condition_is_refused(written: object, why: str) -> None:
    # Given a condition that makes no sense, when it is saved, then the owner reads why
    with pytest.raises(ValidationError) as refused:
        condition(written)
    assert why in str(refused.value)


def _nested(deep: int) -> dict[str, Any]:
    written = DK
    for _ in range(deep - 1):
        written = {"not": written}
    return written


def test_a_condition_nests_only_so_deep() -> None:
    # Given conditions that nest, when they are saved, then the deepest that is allowed is taken, and no deeper one
    assert holds(condition(_nested(DEPTH)), viewed()) is (DEPTH % 2 == 1)
    for deep in (DEPTH + 1, 150):
        with pytest.raises(ValidationError, match=f"at most {DEPTH} deep"):
            condition(_nested(deep))


def test_stored_settings_mean_the_same() -> None:
    # Given a condition of all kinds, when it is stored as JSON and read again, then it is the same
    kinds: TypeAdapter[Tree] = TypeAdapter(Condition)
    questions = [{"path": "a", "is": ["0123", 123, 1.5, True]}, {"not": DK}, {"any": [{"fact": "total", "above": 0.1}]}]
    read = condition({"all": questions})
    stored = kinds.dump_python(read, mode="json", exclude_unset=True)
    assert kinds.validate_python(stored) == read
    assert stored["all"][0] == questions[0]
