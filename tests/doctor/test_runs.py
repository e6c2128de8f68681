"""Bulk runs that failed, or never began."""

from __future__ import annotations

from tests.doctor.rig import Clinic

RUN = """
    insert into runs (account_id, connection_id, kind, what, filter, created_by, created_at, state, problem, ended_at)
    select account_id, id, 'import', 'import', '{"from": "2025-01-01", "to": "2025-01-31"}', 'kim',
           now() - %s::interval,
           %s, %s, case when %s then now() end
    from connections order by id limit 1
"""
ABOUT = "import of orders made from 2025-01-01 to 2025-01-31"


def test_a_run_that_failed_is_named_with_why(clinic: Clinic) -> None:
    # Given an import at which the shop said no
    clinic.change(RUN, "10 minutes", "failed", "The shop refuses the request: no such state.", True)
    # Then
    line = clinic.examine().the("warning")
    assert (line.part, line.about) == ("Lampeland: connections", "runs")
    assert line.says.startswith(f"Run 1 ({ABOUT}, through ")
    assert line.says.endswith(": The shop refuses the request: no such state.")
    assert "`shopledger runs resume 1`" in line.remedy


def test_a_run_whose_command_was_killed_while_it_counted(clinic: Clinic) -> None:
    clinic.change(RUN, "2 hours", "counting", "", False)
    line = clinic.examine().the("warning")
    assert "never began" in line.says
    assert "`shopledger runs cancel 1`" in line.remedy


def test_a_run_that_is_counted_just_now_or_is_done_is_no_trouble(clinic: Clinic) -> None:
    clinic.change(RUN, "5 minutes", "counting", "", False)
    clinic.change(RUN, "5 days", "done", "", True)
    assert clinic.examine().of("warning") == []
