"""A check of the credentials: it tells what is wrong and what to do, whatever happens, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.domain.findings import Finding, Level
from tests.connectors.conformance.refusals import TROUBLES
from tests.connectors.conformance.rig import CUSTOMER, Cases, ShopRig, SystemCases, SystemRig
from tests.connectors.conformance.secrecy import assert_tells_nothing, listening

#: Requests that an impatient operator waits for.
HANDFUL = 8


def checked(system: SystemRig) -> Sequence[Finding]:
    """What is found; whatever comes out of a check instead is a failure of the case."""
    try:
        found = system.check()
    except Exception as error:
        raise AssertionError(f"a check raised {type(error).__name__}") from error
    assert found, "a check found nothing at all"
    for finding in found:
        assert finding.about.strip()
        assert finding.says.strip()
        assert "\n" not in finding.says + finding.remedy
    return found


def of_level(level: Level, found: Sequence[Finding]) -> list[str]:
    """What findings of that level are about."""
    return [finding.about for finding in found if finding.level is level]


def in_words(found: Sequence[Finding]) -> str:
    return "\n".join(f"{finding} {finding.says} {finding.remedy}" for finding in found)


class SystemChecking(SystemCases):
    """What the check of every connector does, whatever kind of system it is for."""

    def test_credentials_that_work_are_found_to_work_in_a_handful_of_requests(self) -> None:
        with self.rig() as system:
            found = checked(system)
            # Then all is well, and it says so of the credentials and of what they may do
            assert {finding.level for finding in found} == {Level.OK}
            assert {"credentials", "rights"} <= {finding.about for finding in found}
            assert 1 <= len(system.requests) <= HANDFUL

    def test_a_check_changes_nothing_not_even_for_a_moment(self) -> None:
        with self.rig() as system:
            # Given what the system holds, looked at again after each answer
            before = system.contents()
            seen: list[object] = []
            with system.between_requests(lambda _: seen.append(system.contents())):
                checked(system)
            # Then it was the same all the time
            assert seen
            assert [contents for contents in seen if contents != before] == []

    def test_revoked_credentials_are_told(self) -> None:
        with self.rig() as system:
            checked(system)
            # When what was accepted is revoked
            system.refuse_credentials()
            # Then it is said of the credentials
            assert "credentials" in of_level(Level.FAILING, checked(system))

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_trouble_is_told_and_never_raised(self, trouble: str) -> None:
        with self.rig() as system, system.impatient():
            system.sandbox.add_fault(**TROUBLES[trouble])
            assert of_level(Level.FAILING, checked(system))

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_trouble_half_way_is_not_taken_for_health(self, trouble: str) -> None:
        with self.rig() as system, system.impatient():
            # Given a system that fails after its first answer

            def happen(answers: int) -> None:
                if answers == 1:
                    system.sandbox.add_fault(**TROUBLES[trouble])

            with system.between_requests(happen):
                found = checked(system)
            # Then what could not be found out is not well
            assert len(system.requests) == 1 or of_level(Level.FAILING, found)

    def test_a_system_that_is_away_is_told(self) -> None:
        with self.rig() as system:
            # Given an address where nobody listens any more
            system.sandbox.stop()
            # Then it is said of the address, and the credentials are not blamed
            found = of_level(Level.FAILING, checked(system))
            assert "address" in found
            assert "credentials" not in found

    def test_a_check_that_is_told_to_wait_asks_no_more(self) -> None:
        [busy, *_] = (error for error in self.rig.vendor_errors if error.status == 429)
        with self.rig() as system:
            system.sandbox.add_fault(**busy.fault)
            assert of_level(Level.FAILING, checked(system))
            assert len(system.requests) == 1

    def test_every_error_of_the_vendor_is_told(self) -> None:
        # Given all that the vendor may answer to a question
        fine, told = [], []
        for error in self.rig.vendor_errors:
            with self.rig() as system:
                system.sandbox.add_fault(**error.fault)
                found = checked(system)
            fine += [error.name] if not of_level(Level.FAILING, found) else []
            told.append(in_words(found))
        # Then none is taken for health, and no finding says who bought
        assert fine == []
        assert CUSTOMER not in "".join(told)

    def test_every_refusal_of_a_change_is_told(self) -> None:
        # Given all that the vendor may answer to a change, should the check ask in the form of one
        fine = []
        for error in self.rig.vendor_errors:
            with self.rig() as system:
                system.sandbox.add_fault(**error.fault, method="[!G]*")
                found = checked(system)
                asked = any(entry.method != "GET" for entry in system.requests)
            if asked and not [finding for finding in found if finding.level is not Level.OK]:
                fine.append(error.name)
            assert CUSTOMER not in in_words(found)
        # Then none is taken for health
        assert fine == []

    @pytest.mark.parametrize("seconds", [-3600, -90, 90, 3600])
    def test_clocks_that_are_apart_are_told(self, seconds: float) -> None:
        with self.rig() as system:
            system.put_clock_forward(seconds)
            found = checked(system)
            assert "clock" in of_level(Level.WARNING, found) + of_level(Level.FAILING, found)

    @pytest.mark.parametrize("seconds", [-50, 0, 50])
    def test_clocks_that_are_a_little_apart_are_let_be(self, seconds: float) -> None:
        with self.rig() as system:
            system.put_clock_forward(seconds)
            found = checked(system)
            assert "clock" in of_level(Level.OK, found)

    def test_no_finding_and_no_log_tells_a_secret(self) -> None:
        # Given a check in good days and in bad ones
        told, secrets = [], [CUSTOMER]
        with listening() as everything, self.rig() as system, system.impatient():
            secrets += system.secrets
            for trouble in (None, *TROUBLES.values(), *(error.fault for error in self.rig.vendor_errors), {}):
                if trouble == {}:
                    system.refuse_credentials()
                elif trouble:
                    system.sandbox.add_fault(**trouble)
                told.append(in_words(checked(system)))
                system.sandbox.faults.clear()
        # Then nothing that was found or logged tells what only we and the system may know
        assert_tells_nothing("\n".join(told), *secrets)
        assert_tells_nothing(everything.text(), *secrets)


class Checking(SystemChecking, Cases):
    def test_a_key_that_may_only_read_is_a_warning(self, shop: ShopRig) -> None:
        # Given a key with which orders can be read and no webhook can be made
        shop.let_read_only()
        found = checked(shop)
        # Then the shop can be used, and somebody is told what is missing
        assert "rights" in of_level(Level.WARNING, found)
        assert of_level(Level.FAILING, found) == []
        assert "credentials" in of_level(Level.OK, found)
