"""The table of errors that the conformance suite plays back, held against what was recorded on a real shop."""

from __future__ import annotations

from shared.errors import NeedsUser
from tests.connectors.conformance.judge import create_webhook, fate_of
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings
from tests.connectors.woocommerce.rig import WooCommerceRig
from tests.connectors.woocommerce.vendor_errors import VENDOR_ERRORS


@needs_recordings
def test_every_recorded_error_is_in_the_table() -> None:
    # Given all that a real shop refused
    recorded = set()
    for head in sorted((WOOCOMMERCE / "live/rest/errors").glob("*.headers.json")):
        status = load(head)["status"]
        if status >= 300:
            code = load(head.with_name(head.name.replace(".headers", "")))["code"]
            recorded.add(f"{status} {code}")
    # Then
    assert len(recorded) > 20
    assert recorded <= {error.name for error in VENDOR_ERRORS}


def test_a_key_that_may_only_read_does_not_stop_the_reading() -> None:
    # Given a key that may read, in a shop that refuses it in the words it has for a revoked one
    with WooCommerceRig() as shop:
        key = shop.sandbox.shop.keys[shop.sandbox.consumer_key]
        shop.sandbox.shop.keys[key.consumer_key] = type(key)(key.consumer_key, key.consumer_secret, "read")
        with shop.client() as client:
            # When it is to write
            fate = fate_of(create_webhook, shop, client)
            # Then that is for the user, and reading goes on
            assert (type(fate), fate.code) == (NeedsUser, "key_may_not_write")
            assert list(client.list_webhooks()) == []
