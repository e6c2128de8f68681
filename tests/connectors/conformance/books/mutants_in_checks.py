"""Accounting connectors with one mistake each in how they check their credentials, and what the owner chose."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from connectors.economic.check import check
from connectors.economic.chosen import CHOICES, check_chosen
from connectors.economic.client import EconomicClient
from connectors.economic.credentials import Credentials
from connectors.economic.rest import Rest
from connectors.economic.settings import as_settings
from connectors.pace import UNHURRIED, Pace
from shared.domain.findings import Finding, Level
from shared.errors import Fate


class LooksAtTheAgreementOnly(EconomicClient):
    def check(self) -> Sequence[Finding]:
        agreement = self._rest.get("self").value
        return [Finding(Level.OK, "credentials", f"agreement {agreement['agreementNumber']}")]


class InsistsOnBothKinds(EconomicClient):
    def check(self) -> Sequence[Finding]:
        found = super().check()
        return [one if one.level is Level.OK else _failing(one) for one in found]


def _failing(finding: Finding) -> Finding:
    return Finding(Level.FAILING, finding.about, finding.says, finding.remedy)


class IsContentWithoutDrafts(EconomicClient):
    def check(self) -> Sequence[Finding]:
        found = super().check()
        return [one if one.level is Level.OK else Finding(Level.WARNING, "rights", one.says, "Wait.") for one in found]


class MixesUpTheKinds(EconomicClient):
    def check(self) -> Sequence[Finding]:
        return [Finding(one.level, one.about, one.says.replace("order", "?"), one.remedy) for one in super().check()]


class ChecksInAHurry(EconomicClient):
    """By a line of its own, which asks no pace."""

    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, pace)
        self._hurried = Rest(credentials, UNHURRIED)

    def check(self) -> Sequence[Finding]:
        return check(self._hurried)

    def close(self) -> None:
        super().close()
        self._hurried.close()


class TriesACustomer(EconomicClient):
    """To see whether the plan lets it write; nobody buys anything."""

    def check(self) -> Sequence[Finding]:
        found = list(super().check())
        try:
            try_a_customer(self._rest)
        except Fate as fate:
            found.append(Finding(Level.FAILING, "rights", fate.message, "Check again."))
        return found


def try_a_customer(rest: Rest) -> None:
    body = (
        b'{"name":"Test","currency":"DKK","customerGroup":{"customerGroupNumber":1},'
        b'"vatZone":{"vatZoneNumber":1},"paymentTerms":{"paymentTermsNumber":1}}'
    )
    rest.post("customers", body, key="test")


class NamesItsToken(EconomicClient):
    def check(self) -> Sequence[Finding]:
        token = self._rest._http.headers["X-AgreementGrantToken"]
        return [Finding(one.level, one.about, f"{one.says} ({token})", one.remedy) for one in super().check()]


class TakesNoBudgetForHealth(EconomicClient):
    def check(self) -> Sequence[Finding]:
        return [one for one in super().check() if one.level is not Level.FAILING or one.about != "e-conomic"]


class LetsEveryChoicePass(EconomicClient):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        return []


class LetsDueDatesPass(EconomicClient):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        return [one for one in super().check_settings(settings) if "due date" not in one.says]


class LetsCustomersHaveDueDates(EconomicClient):
    def is_usable(self, setting: str, value: str) -> bool:
        return any(entry.id == value for entry in self.lookups.entries(CHOICES[setting][0]))


class LetsCustomersHaveWhatIsGone(EconomicClient):
    def is_usable(self, setting: str, value: str) -> bool:
        return setting == "layout" or super().is_usable(setting, value)


class LetsNoCustomerChoose(EconomicClient):
    def is_usable(self, setting: str, value: str) -> bool:
        return False


class DoubtsEveryChoice(EconomicClient):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        return [Finding(Level.FAILING, "settings", f"{name}: it may be wrong.", "Check it.") for name in CHOICES]


class TellsOneChoiceAtATime(EconomicClient):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        return super().check_settings(settings)[:1]


class TriesTheChoices(EconomicClient):
    """By making a customer with them."""

    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        try_a_customer(self._rest)
        return super().check_settings(settings)


class RemembersWhatItFound(EconomicClient):
    _found: Sequence[Finding] | None = None

    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        if self._found is None:
            self._found = super().check_settings(settings)
        return self._found


class LetsFatesOut(EconomicClient):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        self._rest.get("layouts")
        return super().check_settings(settings)


class ChoosesInAHurry(ChecksInAHurry):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        return check_chosen(self._hurried, as_settings(settings))


class NamesItsTokenAmongChoices(EconomicClient):
    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        token = self._rest._http.headers["X-AgreementGrantToken"]
        found = super().check_settings(settings)
        return [Finding(one.level, one.about, one.says, f"{one.remedy} ({token})") for one in found]
