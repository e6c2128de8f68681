"""What the client asks e-conomic for, and what it makes of the answers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug.wrappers import Request, Response

from connectors.economic.credentials import Credentials
from connectors.economic.rest import Rest
from connectors.pace import UNHURRIED
from shared.domain.document import Customer, CustomerKey, DocumentKind, FoundDocument, Place, Product
from shared.errors import Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.economic import examples
from tests.connectors.economic.examples import (
    GONE,
    GRANT,
    REFERENCE,
    SECRET,
    asked,
    booked_invoice,
    books,
    client,
    collection,
    credentials,
    draft_invoice,
    envelope,
    leaf,
    order,
    outcome_of,
    product,
)
from tests.connectors.woocommerce.replay import answer, serving

ORDER, INVOICE = DocumentKind.ORDER, DocumentKind.INVOICE
EMAIL = "ane@lampeland.example"
DELETED = {"message": "Deleted order.", "deletedCount": 1, "deletedItems": [{"orderNumber": 5}]}


# Documents.


def test_a_draft_is_made_from_the_bytes_as_they_are_and_returned_with_its_totals() -> None:
    with serving(answer(order(), 201)) as replay, client(replay.url) as economic:
        made = economic.create_document(ORDER, b'{"a":1.50}', key="SL7:42%å")
    assert made == FoundDocument(
        kind=ORDER,
        place=Place.DRAFT,
        number="5",
        reference=REFERENCE,
        customer="10001",
        currency="DKK",
        total=Decimal("199.0"),
        total_tax=Decimal("39.8"),
    )
    sent = replay.asked[0]
    assert (asked(replay), sent.body) == (["POST /orders/drafts"], b'{"a":1.50}')
    assert {name: sent.headers[name] for name in ("X-Appsecrettoken", "X-Agreementgranttoken")} == {
        "X-Appsecrettoken": SECRET,
        "X-Agreementgranttoken": GRANT,
    }
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["Idempotency-Key"] == "SL7:42%25%C3%A5"


@pytest.mark.parametrize("body", ["[]", "{}", '{"orderNumber": "5"}', '{"orderNumber": 5}', "", "<html>"])
def test_an_answer_that_does_not_say_what_was_made_leaves_it_open(body: str) -> None:
    with serving(answer(body, 201)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.create_document(ORDER, b"{}", key="k"))[0] is OutcomeUnknown


def test_a_reference_is_looked_for_in_every_place_in_the_order_in_which_documents_move() -> None:
    # Given one document in each of five places, and others that the filter found in its own way
    others = ("SL7-42-10", "sl7-42-1", "SL7-42-1\t", "X SL7-42-1", "")
    everywhere = books(
        **{
            "GET /orders/drafts": collection(order(1), *(order(90 + n, other) for n, other in enumerate(others))),
            "GET /orders/sent": collection(order(2, f"{REFERENCE} hentes fredag")),
            "GET /orders/archived": collection(order(3)),
            "GET /invoices/drafts": collection(draft_invoice(4)),
            "GET /invoices/booked": collection(booked_invoice(5)),
        }
    )
    with serving(by=everywhere) as replay, client(replay.url) as economic:
        found = economic.find_by_reference(REFERENCE)
    # Then exactly ours are found
    assert [(one.kind, one.place, one.number) for one in found] == [
        (ORDER, Place.DRAFT, "1"),
        (ORDER, Place.SENT, "2"),
        (ORDER, Place.ARCHIVED, "3"),
        (INVOICE, Place.DRAFT, "4"),
        (INVOICE, Place.BOOKED, "5"),
    ]
    assert {one.args["filter"] for one in replay.asked} == {
        "references.other$eq:SL7-42-1$or:references.other$like:SL7-42-1 *"
    }


def test_every_page_is_read_and_no_link_is_followed() -> None:
    # Given a list whose next page is said to be somewhere else
    def serve(request: Request) -> Response:
        page = int(request.args["skippages"])
        found = request.path == "/orders/drafts"
        return answer(collection(order(page + 1), more=page < 2) if found else collection())

    with serving(by=serve) as replay, client(replay.url) as economic:
        assert [one.number for one in economic.find_by_reference(REFERENCE)] == ["1", "2", "3"]
    assert [one.args["skippages"] for one in replay.asked] == ["0", "1", "2", "0", "0", "0", "0"]


@pytest.mark.parametrize("reference", ["", "x" * 251, "\ud800"])
def test_what_is_no_reference_is_no_document_and_not_asked_for(reference: str) -> None:
    unnamed = books(**{"GET /orders/drafts/5": order(5, reference="")})
    with serving(by=unnamed) as replay, client(replay.url) as economic:
        assert economic.find_by_reference(reference) == []
        assert outcome_of(lambda: economic.delete_draft(ORDER, "5", reference="", key="k")) == (Skip, "document_gone")
    assert asked(replay) == ["GET /orders/drafts/5"]


@pytest.mark.parametrize("reference", ["SL7-42-10", "sl7-42-1", ""])
def test_a_strangers_draft_under_a_reused_number_is_left_alone(reference: str) -> None:
    stranger = books(
        **{"GET /orders/drafts/5": order(5, reference), "GET /invoices/drafts/5": draft_invoice(5, reference)}
    )
    with serving(by=stranger) as replay, client(replay.url) as economic:
        for act in (
            lambda: economic.delete_draft(ORDER, "5", reference=REFERENCE, key="k"),
            lambda: economic.delete_draft(INVOICE, "5", reference=REFERENCE, key="k"),
            lambda: economic.book("5", reference=REFERENCE, key="k"),
            lambda: economic.replace_draft(ORDER, "5", b"{}", reference=REFERENCE, key="k"),
        ):
            assert outcome_of(act) == (Skip, "document_gone")
    assert asked(replay) == [f"GET /{kind}/drafts/5" for kind in ("orders", "invoices", "invoices", "orders")]


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        (answer(DELETED), None),
        (answer("", 204), None),
        (answer({"deletedCount": 0}), OutcomeUnknown),
        (answer({}), OutcomeUnknown),
        (answer("<html>"), OutcomeUnknown),
        (answer("", 500), OutcomeUnknown),
        (GONE, Skip),
    ],
)
def test_a_deletion_counts_when_e_conomic_says_so(said: Response, fate: type[Fate] | None) -> None:
    with (
        serving(by=books(**{"GET /orders/drafts/5": order(), "DELETE /orders/drafts/5": said})) as replay,
        client(replay.url) as economic,
    ):
        if fate is None:
            economic.delete_draft(ORDER, "5", reference=REFERENCE, key="k")
        else:
            assert outcome_of(lambda: economic.delete_draft(ORDER, "5", reference=REFERENCE, key="k"))[0] is fate
    assert replay.asked[-1].headers["Idempotency-Key"] == "k"


def test_a_booking_of_another_draft_in_between_is_not_taken_for_ours() -> None:
    # Given a draft that is ours when it is looked at, and not any more when its number is booked
    both = {"GET /invoices/drafts/5": draft_invoice(), "POST /invoices/booked": booked_invoice(77, "X1")}
    with serving(by=books(**both)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.book("5", reference=REFERENCE, key="k"))[0] is OutcomeUnknown
    assert replay.asked[-1].body == b'{"draftInvoice":{"draftInvoiceNumber":5},"sendBy":"none"}'


@pytest.mark.parametrize("number", ["", "0", "05", "-1", "5/", "../5", "1e3", "٣", "9" * 10])
def test_what_is_no_number_is_not_asked_for(number: str) -> None:
    with client("http://127.0.0.1:9") as economic:
        for act in (
            lambda: economic.get_document(ORDER, Place.DRAFT, number),
            lambda: economic.delete_draft(ORDER, number, reference=REFERENCE, key="k"),
            lambda: economic.book(number, reference=REFERENCE, key="k"),
            lambda: economic.replace_draft(ORDER, number, b"{}", reference=REFERENCE, key="k"),
            lambda: economic.get_document(ORDER, Place.BOOKED, "5"),
        ):
            assert outcome_of(act) == (Skip, "document_gone")
        assert outcome_of(lambda: economic.get_customer(number)) == (Skip, "customer_gone")


@pytest.mark.parametrize(
    "path",
    ["invoices/drafts", "orders/drafts", "invoices/drafts/", "orders/drafts//", "invoices/drafts/0", "orders/drafts/ ",
     "invoices/drafts/5/", "invoices/drafts/5\n", "invoices/drafts/../drafts", "invoices/drafts/5/..",
     "/invoices/drafts", "invoices/drafts?x=/5", "invoices/drafts/%20", "customers", "customers/0",
     "customers/5/contacts", "products/5", "", "/"],
)  # fmt: skip
def test_all_drafts_can_never_be_wiped_and_little_is_replaced(path: str) -> None:
    # Given whatever a caller may come up with, Then e-conomic hears nothing of it
    with serving(answer(DELETED)) as replay:
        api = Rest(Credentials.model_validate(credentials(url=replay.url)), UNHURRIED)
        assert outcome_of(lambda: api.delete(path, key="k")) == (NeedsUser, "our_mistake")
        assert outcome_of(lambda: api.put(path, b"{}", key="k")) == (NeedsUser, "our_mistake")
        api.close()
    assert replay.asked == []


@pytest.mark.parametrize("key", ["", "\ud800"])
def test_nothing_is_changed_without_a_key(key: str) -> None:
    with serving(answer(order(), 201)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.create_document(ORDER, b"{}", key=key)) == (NeedsUser, "our_mistake")
    assert replay.asked == []


# Customers and products.


def test_customers_of_an_address_are_found_case_aside() -> None:
    rows = [examples.customer(1, EMAIL.upper(), barred=True), examples.customer(2, f"x{EMAIL}"), {"customerNumber": 3}]
    with serving(answer(collection(*rows))) as replay, client(replay.url) as economic:
        found = economic.find_customers(CustomerKey.EMAIL, EMAIL, "DK")
        assert [economic.find_customers(CustomerKey.EMAIL, odd, "DK") for odd in ("", "\ud800@x")] == [[], []]
    assert found == [Customer(number="1", name="Ane Lampe", email=EMAIL.upper(), barred=True)]
    assert [one.args["filter"] for one in replay.asked] == [f"email$eq:{EMAIL}"]


def test_products_are_asked_for_in_lists_and_odd_ones_alone() -> None:
    def serve(request: Request) -> Response:
        if request.path == "/products":
            return answer(collection(product("a.b", barred=True), product("not asked for")))
        return answer(product("A,B")) if request.environ["RAW_URI"] == "/products/A%2CB" else GONE

    with serving(by=serve) as replay, client(replay.url) as economic:
        found = economic.find_products(["A.B", "A.B", "A,B", "[x]", "c)$", "", "9" * 26, "a\tb", "\ud800"])
    # Then each is spelt as the books spell it, and what can be no number was not asked for
    assert found == [
        Product(number="a.b", name="Kaffekrus", barred=True),
        Product(number="A,B", name="Kaffekrus", barred=False),
    ]
    assert [one.args["filter"] for one in replay.asked if one.path == "/products"] == ["productNumber$in:[A.B,c$)$$]"]
    assert len(replay.asked) == 3


@pytest.mark.parametrize(
    ("name", "there", "fate"),
    [
        ("productNumber", product(), (Skip, "product_exists")),
        ("productNumber", GONE, (NeedsUser, "product_number")),
        ("productNumber", answer("", 500), (Retry, "unexpected")),
        ("productGroup", product(), (NeedsUser, "product_group")),
    ],
)
def test_a_product_number_that_is_refused_is_looked_up(name: str, there: object, fate: tuple[type[Fate], str]) -> None:
    refusal = answer(envelope({name: leaf(name, "E04300" if name == "productNumber" else "E09999")}), 400)
    with (
        serving(by=books(**{"POST /products": refusal, "GET /products/KRUS-3": there})) as replay,
        client(replay.url) as economic,
    ):
        found = outcome_of(lambda: economic.create_product(b'{"productNumber":"KRUS-3"}', key="k"))
    assert found[0] is fate[0]
    assert found[1] == fate[1] or fate[0] is Retry
