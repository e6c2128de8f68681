"""The address under which shops reach ingest."""

from __future__ import annotations

from tests.connectors.woocommerce.replay import answer, serving
from tests.doctor.rig import Clinic, Line
from tests.support.processes import free_port


def told(clinic: Clinic, address: str) -> Line:
    clinic.environment["SHOPLEDGER_PUBLIC_URL"] = address
    report = clinic.examine()
    (line,) = report.of("failing", "way in")
    assert report.exit_code == 1
    return line


def test_nothing_listens(clinic: Clinic) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    line = told(clinic, address)
    assert f"Nothing that is ingest answers at {address}" in line.says
    assert "`shopledger up ingest`" in line.remedy


def test_another_program_answers(clinic: Clinic) -> None:
    # Given the shop's own address where ingest's belongs
    line = told(clinic, clinic.desk.woo.url)
    assert line.says.endswith("answers with HTTP 404: another program is there, not ingest.")
    assert "SHOPLEDGER_PUBLIC_URL" in line.remedy


def test_a_page_that_welcomes_everybody_is_not_ingest(clinic: Clinic) -> None:
    # Given a proxy that answers each address with its own page
    with serving(answer("<h1>Welcome to nginx!</h1>", content_type="text/html")) as proxy:
        line = told(clinic, proxy.url)
    assert line.says.endswith("answers with HTTP 200: another program is there, not ingest.")


def test_an_address_that_sends_on(clinic: Clinic) -> None:
    # Given a proxy that sends on to https, which shops do not follow
    with serving(answer("", 301, Location="https://ingest.example/health/ready")) as proxy:
        line = told(clinic, proxy.url)
    assert "HTTP 301: it sends on to another address" in line.says
    assert "the address that it sends on to" in line.remedy


def test_an_address_that_cannot_be_called(clinic: Clinic) -> None:
    line = told(clinic, "http://127.0.0.1:port")
    assert line.says == "http://127.0.0.1:port is no address."


def test_nobody_said_where(clinic: Clinic) -> None:
    # Given no public address
    clinic.environment["SHOPLEDGER_PUBLIC_URL"] = ""
    # Then it is a warning, here and at the shop: orders that are there go all the same
    report = clinic.examine()
    assert report.exit_code == 0
    assert [line.part for line in report.of("warning")] == ["way in", "Lampeland: Webshop (WooCommerce)"]
    assert all("SHOPLEDGER_PUBLIC_URL" in line.remedy for line in report.of("warning"))
