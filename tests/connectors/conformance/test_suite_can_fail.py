"""The suite finds what it is there to find: each mistake turns its case red, which is green without it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from _pytest.mark import ParameterSet
from pydantic import BaseModel, SecretStr
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import get_input_stream

from connectors.base import WebhookRequest
from connectors.woocommerce import WooCommerce
from ingest.app import create_app
from ingest.subscriptions import Subscriptions
from ingest.webhook import Receiver
from shared.domain.notice import Notice, NoticeKind
from shared.store.database import Database
from tests.connectors.conformance import mutants
from tests.connectors.conformance import mutants_in_batches as batches
from tests.connectors.conformance import mutants_in_checks as checks
from tests.connectors.conformance import mutants_in_states as states
from tests.connectors.conformance import mutants_in_writing_back as writing
from tests.connectors.conformance.declaration import SECTIONS, missing
from tests.connectors.conformance.judge import RED, run_case
from tests.connectors.conformance.mutants import of, talking
from tests.connectors.conformance.rig import Placed, ShopRig
from tests.connectors.conformance.through_ingest import Door
from tests.connectors.conformance.webshop import WebshopConformance
from tests.connectors.woocommerce.rig import WooCommerceRig
from tests.support.servers import DatabaseAddress
from tests.support.shop import KEYRING, open_shop

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: When the clocks of Denmark go back.
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)


def judge(rig: type[ShopRig], case: str, *given: object) -> None:
    run_case(WebshopConformance, rig, case, *given)


def mistake(rig: type[ShopRig], case: str, *given: object) -> ParameterSet:
    return pytest.param(rig, case, given, id=f"{rig.__name__}-{case}")


MUTANTS = [
    mistake(of(mutants.ProvesTheMeaning()), "test_the_proof_is_of_the_raw_bytes_and_not_of_what_they_mean"),
    mistake(of(mutants.ProvesWithNothing()), "test_what_is_signed_with_an_empty_secret_is_not_proven"),
    mistake(of(mutants.ProvesWithTheNewestOnly()), "test_after_a_rotation_both_secrets_prove"),
    mistake(of(mutants.ProvesTheHead()), "test_a_forged_webhook_is_not_proven", "the proof cut off"),
    mistake(of(mutants.KeepsWhatNoStoreCan()), "test_no_header_and_no_bytes_make_the_door_raise"),
    mistake(of(mutants.RaisesAtTheDoor()), "test_no_header_and_no_bytes_make_the_door_raise"),
    mistake(of(mutants.TakesAnythingForAPing()), "test_an_order_that_claims_to_be_a_ping_is_none"),
    mistake(of(mutants.CountsInFloats()), "test_an_order_comes_alike_by_id_by_list_and_by_webhook_to_the_cent"),
    mistake(of(mutants.KnowsAllStatuses()), "test_a_status_of_the_shops_own_survives"),
    mistake(talking(mutants.PagesDeep), "test_orders_that_change_between_two_pages_push_none_out_of_sight"),
    mistake(talking(mutants.PagesDeep), "test_orders_that_leave_a_crowded_second_push_none_out_of_sight"),
    mistake(talking(mutants.PagesDeep), "test_an_order_deleted_during_the_list_takes_no_other_along"),
    mistake(talking(mutants.ForgetsTies), "test_more_orders_than_two_pages_in_one_second_are_all_listed"),
    mistake(
        talking(mutants.LeavesOutItsSecond),
        "test_modified_after_includes_its_second_whatever_the_zones",
        "Europe/Copenhagen",
    ),
    mistake(
        talking(mutants.AsksInTheShopsTime),
        "test_modified_after_includes_its_second_whatever_the_zones",
        "America/New_York",
    ),
    mistake(
        talking(mutants.AsksInTheShopsTime),
        "test_no_order_is_lost_or_doubled_when_clocks_change",
        "Europe/Copenhagen",
        AUTUMN,
    ),
    mistake(talking(mutants.NewestFirst), "test_all_orders_are_listed_once_oldest_change_first", 1, 1),
    mistake(talking(mutants.Remembers), "test_get_order_is_the_newest_state"),
    mistake(talking(mutants.LeavesTheTrash), "test_a_trashed_order_can_be_read_and_is_not_listed"),
    mistake(talking(mutants.TakesWhatIsShown), "test_an_order_that_the_shop_rounds_to_whole_units_is_read_exactly"),
    mistake(talking(mutants.ForgetsRetryAfter), "test_a_rate_limit_is_obeyed", "get_order"),
    mistake(talking(mutants.Insists), "test_a_rate_limit_is_obeyed", "get_order"),
    mistake(
        talking(mutants.LetsTheLibraryOut),
        "test_a_read_that_meets_trouble_is_tried_again",
        "get_order",
        "502 as a page",
    ),
    mistake(talking(mutants.BlamesTheUser), "test_a_lost_authorisation_breaks_the_connection", "get_order"),
    mistake(talking(mutants.HopesItWasNotMade), "test_a_webhook_that_may_have_been_made_is_unknown", "silence"),
    mistake(
        talking(mutants.MakesTwo),
        "test_a_webhook_that_may_have_been_made_is_unknown",
        "a line that drops after the work",
    ),
    mistake(talking(mutants.ListsTheFirstWebhooks), "test_more_webhooks_than_a_page_are_all_listed"),
    mistake(talking(mutants.LogsItsKey), "test_no_log_and_no_exception_tells_a_secret"),
    mistake(talking(mutants.TellsTheKeyInAnError), "test_no_log_and_no_exception_tells_a_secret"),
    mistake(talking(mutants.ShowsItsKey), "test_nothing_that_is_printed_shows_a_secret"),
    mistake(talking(checks.WritesToSeeWhetherItMay), "test_a_check_changes_nothing_not_even_for_a_moment"),
    mistake(talking(checks.RaisesItsFates), "test_revoked_credentials_are_told"),
    mistake(talking(checks.RaisesItsFates), "test_trouble_is_told_and_never_raised", "silence"),
    mistake(talking(checks.TakesReadingForEnough), "test_a_key_that_may_only_read_is_a_warning"),
    mistake(talking(checks.TakesReadingForNothing), "test_a_key_that_may_only_read_is_a_warning"),
    mistake(talking(checks.TakesTroubleForHealth), "test_trouble_is_told_and_never_raised", "502 as a page"),
    mistake(talking(checks.TakesTroubleForHealth), "test_every_error_of_the_vendor_is_told"),
    mistake(talking(checks.LeavesOutWhatFailsHalfWay), "test_trouble_half_way_is_not_taken_for_health", "silence"),
    mistake(talking(checks.TakesAnyRefusalForLeave), "test_every_refusal_of_a_change_is_told"),
    mistake(talking(checks.BlamesTheKey), "test_a_system_that_is_away_is_told"),
    mistake(talking(checks.BlamesTheShop), "test_revoked_credentials_are_told"),
    mistake(talking(checks.AsksOn), "test_a_check_that_is_told_to_wait_asks_no_more"),
    mistake(talking(checks.AsksTooMuch), "test_credentials_that_work_are_found_to_work_in_a_handful_of_requests"),
    mistake(talking(checks.HasNoClock), "test_clocks_that_are_apart_are_told", 90),
    mistake(talking(checks.KnowsOnlyClocksThatAreFast), "test_clocks_that_are_apart_are_told", -3600),
    mistake(talking(checks.CountsSeconds), "test_clocks_that_are_a_little_apart_are_let_be", 50),
    mistake(talking(checks.NamesTheKey), "test_no_finding_and_no_log_tells_a_secret"),
    mistake(talking(checks.RepeatsWhatTheShopSaid), "test_no_finding_and_no_log_tells_a_secret"),
    mistake(talking(checks.ForgetsTheForce), "test_a_webhook_that_is_deleted_is_gone_and_the_others_stay"),
    mistake(talking(checks.OnlyPauses), "test_a_webhook_that_is_deleted_is_gone_and_the_others_stay"),
    mistake(talking(checks.DeletesAllOfTheAddress), "test_a_webhook_that_is_deleted_is_gone_and_the_others_stay"),
    mistake(talking(checks.StumblesOverWhatIsGone), "test_deleting_a_webhook_that_is_gone_or_never_was_is_no_trouble"),
    mistake(
        talking(checks.HopesItIsGone),
        "test_a_webhook_that_may_have_been_deleted_is_unknown_and_deleted_again",
        "a line that drops",
    ),
    mistake(
        talking(checks.DeletesUntilItIsGone),
        "test_a_webhook_that_may_have_been_deleted_is_unknown_and_deleted_again",
        "silence",
    ),
    mistake(talking(states.KnowsTheStatesByHeart), "test_every_state_of_the_shop_is_listed_with_its_title"),
    mistake(talking(states.ListsStatesInUse), "test_every_state_of_the_shop_is_listed_with_its_title"),
    mistake(talking(states.LeavesOutUnfinishedOrders), "test_every_state_of_the_shop_is_listed_with_its_title"),
    mistake(talking(states.NamesStatesAsTheyAreStored), "test_a_state_is_named_as_in_an_orders_status"),
    mistake(talking(states.NamesStatesAsPeopleDo), "test_a_state_is_named_as_in_an_orders_status"),
    mistake(talking(states.ShowsTitlesAsTheyCome), "test_a_state_that_nobody_gave_a_title_has_one"),
    mistake(talking(states.RemembersStates), "test_a_state_that_is_added_later_is_listed_from_then_on"),
    mistake(
        talking(states.TakesTroubleForNoStates),
        "test_a_read_that_meets_trouble_is_tried_again",
        "order_states",
        "502 as a page",
    ),
    mistake(
        talking(states.TakesARevokedKeyForAHiddenList),
        "test_a_lost_authorisation_breaks_the_connection",
        "order_states",
    ),
    *(mistake(rig, case, *given) for rig, case, given in (*batches.MISTAKES, *writing.MISTAKES)),
]


@pytest.mark.parametrize(("rig", "case", "given"), MUTANTS)
def test_a_mistake_turns_its_case_red(rig: type[ShopRig], case: str, given: tuple[object, ...]) -> None:
    # Given a case that the connector without the mistake passes
    judge(WooCommerceRig, case, *given)
    # When the one with it is judged, Then the case is red
    with pytest.raises(RED):
        judge(rig, case, *given)


class ForgetsWhichDelivery(WooCommerce):
    def read_notice(self, request: WebhookRequest) -> Notice:
        return replace(super().read_notice(request), delivery_id=uuid4().hex)


class TakesDeletedForUpdated(WooCommerce):
    def read_notice(self, request: WebhookRequest) -> Notice:
        notice = super().read_notice(request)
        return replace(notice, kind=NoticeKind.UNKNOWN) if notice.kind is NoticeKind.DELETED else notice


class RefusesWhatItCannotRead(WooCommerce):
    def read_notice(self, request: WebhookRequest) -> Notice:
        notice = super().read_notice(request)
        ends = (NoticeKind.ALARM, NoticeKind.GONE)
        return replace(notice, kind=NoticeKind.REFUSED) if notice.kind in ends else notice


class ForgetsWhen(WooCommerce):
    """Takes the moment of the order's making for that of its change, backwards."""

    def read_notice(self, request: WebhookRequest) -> Notice:
        notice = super().read_notice(request)
        status = self.read_order(self.decode_order(request.body)).status if notice.source_id else ""
        early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
        return replace(notice, modified_at=late if status == "processing" else early)


class TakesAll(WooCommerce):
    def verify(self, request: WebhookRequest, secrets: object) -> bool:
        return True


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Not into the test's output."""


@contextmanager
def ingest_with(connector: WooCommerce, address: DatabaseAddress, store: Database) -> Iterator[Door]:
    """The front door as it is, but for the connector, in one thread of this process."""
    database = Database(address.app_url, name="ingest")
    receiver = Receiver(database, Subscriptions(database, KEYRING), lambda kind: connector)
    app = create_app(database, receiver, max_body_bytes=10**6)

    def whole(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Werkzeug's server, other than the real ones, does not end the input where the body ends."""
        environ["wsgi.input"] = BytesIO(get_input_stream(environ).read())
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, whole, request_handler=_Quiet)

    def serve() -> None:
        server.serve_forever(0.01)
        database.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Door(server.server_port, open_shop(store))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("connector", "case"),
    [
        (ForgetsWhichDelivery(), "test_the_same_delivery_twice_is_one_event_and_one_transfer"),
        (TakesDeletedForUpdated(), "test_a_deleted_order_is_a_fact_and_removes_no_transfer"),
        (RefusesWhatItCannotRead(), "test_an_order_that_is_gone_before_it_was_told_has_its_end"),
        (RefusesWhatItCannotRead(), "test_a_shop_that_may_not_tell_any_more_raises_an_alarm"),
        (ForgetsWhen(), "test_an_order_created_and_updated_is_one_transfer_with_its_newest_body"),
        (TakesAll(), "test_a_forged_delivery_is_401_and_stores_nothing"),
        (mutants.ProvesTheMeaning(), "test_every_call_of_the_shop_its_ping_too_is_answered_200"),
    ],
)
def test_a_mistake_at_the_door_turns_its_case_red(
    connector: WooCommerce, case: str, database: DatabaseAddress, store: Database
) -> None:
    with ingest_with(WooCommerce(), database, store) as door:
        judge(WooCommerceRig, case, door)
    with ingest_with(connector, database, store) as door, pytest.raises(RED):
        judge(WooCommerceRig, case, door)


def test_a_cent_too_much_turns_the_way_through_ingest_red(database: DatabaseAddress, store: Database) -> None:
    # Given a shop that states a cent more than it sends
    class ACentMore(WooCommerceRig):
        def put_order(self, *, status: str | None = None) -> Placed:
            placed = super().put_order(status=status)
            return replace(placed, total=placed.total + Decimal("0.01"))

    with ingest_with(WooCommerce(), database, store) as door, pytest.raises(RED):
        judge(ACentMore, "test_an_order_goes_through_ingest_to_the_cent", door)


def test_a_key_that_is_declared_open_turns_the_declaration_red() -> None:
    class Open(BaseModel):
        url: str
        consumer_key: SecretStr
        consumer_secret: str

    class OpenCredentials(WooCommerce):
        Credentials = Open

    with pytest.raises(RED):
        judge(of(OpenCredentials()), "test_every_secret_of_the_credentials_is_declared_as_one")
    with pytest.raises(RED):
        judge(of(OpenCredentials()), "test_credentials_that_are_refused_are_not_repeated")


def test_a_case_left_out_without_a_reason_turns_the_declaration_red() -> None:
    for exempt in ({"test_of_nothing": "a reason that is long enough"}, {"test_nothing_changed_is_nothing_listed": ""}):
        rig = type("Rig", (WooCommerceRig,), {"exempt": exempt})
        with pytest.raises(RED):
            judge(rig, "test_what_the_rig_leaves_out_is_a_case_and_has_a_reason")


def test_a_readme_without_its_sections_is_found(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Shop\n\n## Getting credentials\n\nSoon.\n\n## Supported\n\n" + "All that is here. " * 5)
    assert missing(readme, SECTIONS) == ["## Getting credentials", "## Known limits"]
