"""Asks the systems themselves, before anything is written: do the credentials work, do the books have what is named?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient
from connectors.base import Webshop
from shared.domain.contact import Contact
from shared.domain.document import NewCustomer, NewProduct
from shared.domain.findings import Finding, Level
from shared.domain.settings import OrderSettings
from shared.errors import ConnectionBroken, Fate, NeedsUser, Skip
from tools.apply.own_choices import check_groups, check_uses, with_chosen_groups, wrong
from tools.apply.plan import AccountPlan, ConnectionStep, Looked, SystemStep
from tools.apply.products import check_closing, check_products
from tools.apply.zones import check_zones


def look(account: AccountPlan, *, all_of_it: bool) -> list[Looked]:
    """What is new or changes, or everything. Changes nothing anywhere."""
    found: list[Looked] = []
    written_to = {one.wished.source for one in account.connections.values() if one.saves_settings and _writes(one)}
    for name, step in account.systems.items():
        if all_of_it or step.is_to_be_asked or name in written_to:
            found += [Looked(account.name, name, finding) for finding in _check(step)]
    failing = {looked.system for looked in found if looked.finding.level is Level.FAILING}
    for connection in account.connections.values():
        target = account.systems[connection.wished.target]
        is_due = all_of_it or connection.saves_settings or target.is_to_be_asked
        if is_due and target.wished.name not in failing:
            found += [
                Looked(account.name, target.wished.name, finding) for finding in _check_settings(connection, target)
            ]
    return found


def _writes(connection: ConnectionStep) -> bool:
    """To its shop, whose key may be one that only reads."""
    return OrderSettings.model_validate(connection.settings).write_back != "none"


def told(about: str, fate: Fate) -> Finding:
    """A fate that stops something, as a finding."""
    if isinstance(fate, ConnectionBroken):
        remedy = "Give it credentials that work: `shopledger apply FILE`."
    elif isinstance(fate, NeedsUser):
        remedy = "Mend that, and try again."
    else:
        remedy = "Try again when it answers."
    return Finding(Level.FAILING, about, fate.message, remedy)


def _check(step: SystemStep) -> Sequence[Finding]:
    connector = step.wished.connector
    assert isinstance(connector, Webshop | Accounting)
    with contextlib.closing(connector.connect(step.wished.credentials)) as client:
        return client.check()


def _check_settings(connection: ConnectionStep, target: SystemStep) -> list[Finding]:
    connector = target.wished.connector
    assert isinstance(connector, Accounting)
    settings = OrderSettings.model_validate(connection.settings)
    if nonsense := [one.finding for one in wrong(connector, settings)]:
        return nonsense
    with contextlib.closing(connector.connect(target.wished.credentials)) as client:
        try:
            chosen = connector.Settings.model_validate(settings.books)
            books = with_chosen_groups(client.fill_settings(chosen), settings)
        except Fate as fate:
            return [told("settings", fate)]
        questions = (
            client.check_settings(chosen),
            check_uses(connector, client, settings),
            check_zones(client, settings),
            check_products(connector, client, settings, books),
            check_closing(settings),
            _customer(client, settings),
            check_groups(settings, chosen),
            _makings(connector, settings, books),
        )
        return [finding for question in questions for finding in _asked(question)]


def _asked(findings: Iterable[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except Fate as fate:
        yield told("settings", fate)


def _customer(client: AccountingClient, settings: OrderSettings) -> Iterator[Finding]:
    """The customer for all orders, or for those without an address, is there and open."""
    number = settings.default_customer
    if not number:
        return
    try:
        barred = client.get_customer(number).barred
    except Skip:
        says = f"default_customer: the books have no customer {number}."
        yield Finding(Level.FAILING, "settings", says, "Make it there, or name another one.")
        return
    if barred:
        says = f"default_customer: customer {number} is barred in the books."
        yield Finding(Level.FAILING, "settings", says, "Open it there, or name another one.")


def _makings(connector: Accounting, settings: OrderSettings, books: BaseModel) -> Iterator[Finding]:
    """Whether the settings say all that making customers and products takes; nothing is sent."""
    customer = NewCustomer(contact=Contact(name="A customer", email="customer@shop.example"), currency="DKK")
    makes: dict[str, tuple[bool, Callable[[], object]]] = {
        "create_customers": (
            settings.create_customers and settings.customer_key is not None,
            lambda: connector.write_customer(customer, books),
        ),
        "create_products": (
            settings.create_products,
            lambda: connector.write_product(NewProduct(number="1", name="A product"), books),
        ),
    }
    for setting, (is_on, write) in makes.items():
        try:
            _ = write() if is_on else None
        except NeedsUser as refusal:
            says = f"{setting}: none can be made. {refusal.message}"
            yield Finding(Level.WARNING, "settings", says, f"Do so in the file, or set {setting}: false.")
