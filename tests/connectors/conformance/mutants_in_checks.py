"""Webshop connectors with one mistake each in how they check their credentials and delete webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.pace import Pace
from connectors.woocommerce import check as checks
from connectors.woocommerce.client import WooCommerceClient
from shared.domain.findings import Finding, Level
from shared.errors import Fate, NeedsUser, OutcomeUnknown, Skip
from tests.connectors.conformance.judge import NOWHERE


class WritesToSeeWhetherItMay(WooCommerceClient):
    """And clears up behind itself."""

    def check(self) -> Sequence[Finding]:
        found = list(super().check())
        try:
            made = self.create_webhook(topic="order.created", delivery_url=NOWHERE, secret="only to see")
            self.delete_webhook(made.id)
        except Fate as fate:
            found.append(Finding(Level.FAILING, "rights", fate.message, "Check again."))
        return found


class RaisesItsFates(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        self.list_webhooks()
        return super().check()


class TakesReadingForEnough(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        return [
            Finding(Level.OK, one.about, "Orders can be read.") if _limited(one) else one for one in super().check()
        ]


class TakesReadingForNothing(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        found = super().check()
        return [Finding(Level.FAILING, one.about, one.says, one.remedy) if _limited(one) else one for one in found]


def _limited(finding: Finding) -> bool:
    return finding.about == "rights" and finding.level is Level.WARNING


class TakesTroubleForHealth(WooCommerceClient):
    """What could not be found out is left out."""

    def check(self) -> Sequence[Finding]:
        return [one for one in super().check() if one.level is not Level.FAILING or one.about == "credentials"]


class LeavesOutWhatFailsHalfWay(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        found = super().check()
        return [one for one in found if one.level is not Level.FAILING] or found


class BlamesTheKey(WooCommerceClient):
    """Whatever it is."""

    def check(self) -> Sequence[Finding]:
        found = super().check()
        return [one if one.level is Level.OK else _blamed(one) for one in found]


def _blamed(finding: Finding) -> Finding:
    return Finding(finding.level, "credentials", finding.says, finding.remedy)


class BlamesTheShop(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        return [Finding(one.level, "shop", one.says, one.remedy) for one in super().check()]


class AsksOn(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        return [*super().check(), *super().check()][:3]


class AsksTooMuch(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        for _ in range(3):
            found = super().check()
        return found


class HasNoClock(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        return [one for one in super().check() if one.about != "clock"]


class KnowsOnlyClocksThatAreFast(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        return [one for one in super().check() if one.about != "clock" or "behind" not in one.says]


class CountsSeconds(WooCommerceClient):
    def check(self) -> Sequence[Finding]:
        found = super().check()
        ahead = self._rest.ahead
        if ahead and abs(ahead.total_seconds()) > 10:
            return [*(one for one in found if one.about != "clock"), Finding(Level.WARNING, "clock", "Off.", "Set it.")]
        return found


class NamesTheKey(WooCommerceClient):
    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        super().__init__(url, key, secret, pace)
        self._key = key

    def check(self) -> Sequence[Finding]:
        return [Finding(one.level, one.about, f"{one.says} ({self._key})", one.remedy) for one in super().check()]


class RepeatsWhatTheShopSaid(WooCommerceClient):
    """With whatever it holds."""

    def check(self) -> Sequence[Finding]:
        found = list(super().check())
        try:
            answer = self._rest._http.get(f"{self._rest.url}/wp-json/wc/v3/orders")
        except Exception:
            return found
        return [*found, Finding(Level.FAILING, "shop", " ".join(answer.text.split()) or "Nothing.", "Read it.")]


class TakesAnyRefusalForLeave(WooCommerceClient):
    """A write that is refused in other words than those for a read-only key."""

    def check(self) -> Sequence[Finding]:
        known = checks._NO_WEBHOOKS["key_may_not_write"][0]
        return [
            Finding(Level.OK, one.about, "It may write.") if _limited(one) and one.says != known else one
            for one in super().check()
        ]


class ForgetsTheForce(WooCommerceClient):
    def delete_webhook(self, webhook_id: str) -> None:
        self._rest.delete(f"webhooks/{webhook_id}", {})


class StumblesOverWhatIsGone(WooCommerceClient):
    def delete_webhook(self, webhook_id: str) -> None:
        try:
            self._rest.delete(f"webhooks/{webhook_id}", {"force": "true"})
        except Skip as gone:
            raise NeedsUser(gone.code, gone.message) from None


class DeletesAllOfTheAddress(WooCommerceClient):
    def delete_webhook(self, webhook_id: str) -> None:
        every = self.list_webhooks()
        for one in every:
            if one.delivery_url in {other.delivery_url for other in every if other.id == webhook_id}:
                super().delete_webhook(one.id)


class OnlyPauses(WooCommerceClient):
    def delete_webhook(self, webhook_id: str) -> None:
        self._rest.post(f"webhooks/{webhook_id}", {"status": "paused"})


class HopesItIsGone(WooCommerceClient):
    def delete_webhook(self, webhook_id: str) -> None:
        try:
            super().delete_webhook(webhook_id)
        except OutcomeUnknown:
            return


class DeletesUntilItIsGone(WooCommerceClient):
    def delete_webhook(self, webhook_id: str) -> None:
        try:
            super().delete_webhook(webhook_id)
        except OutcomeUnknown:
            super().delete_webhook(webhook_id)
