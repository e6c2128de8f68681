"""The commands of an owner's word about one order, and the one that adopts what a former integration made."""

from __future__ import annotations

import shlex
from datetime import datetime

import click

from shared.domain.document import DocumentKind
from shared.domain.document import Place as Shelf
from shared.store import owner
from shared.store.inventory import StoredAccount
from shared.store.owner import Switched
from tools.cli.output import as_json, print_json
from tools.cli.place import Place, opened
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look import asking
from tools.look.command import of_account, of_connection
from tools.look.names import Since, accounts_named, check_names
from tools.owner import adopting, linking, sending_again, telling


class Reference(click.ParamType[adopting.Pattern]):
    name = "reference"

    def convert(
        self, value: str | adopting.Pattern, param: click.Parameter | None, ctx: click.Context | None
    ) -> adopting.Pattern:
        if isinstance(value, adopting.Pattern):
            return value
        try:
            return adopting.Pattern.read(value)
        except ValueError as error:
            self.fail(f"{value!r} is no pattern of references: {error}", param, ctx)


class Words(click.ParamType[str]):
    """Of which somebody shall be able to read something."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        said = " ".join(value.split())
        if not said:
            self.fail("say why, in a few words", param, ctx)
        return said


@click.command()
@click.argument("order")
@of_account
@of_connection
@as_json
@click.pass_context
def transfer(context: click.Context, order: str, account: str | None, connection: str | None, as_json: bool) -> None:
    """Have ORDER go into the books now, whatever the rules say of it. It never makes a second document.

    \b
    shopledger transfer 1007
    """
    with opened(context) as place:
        of, one = asking.named(place, account, connection, "transfer", order)
        asked = asking.ask(place, of, one, is_waived=True)
    asking.tell(context, asked, as_json=as_json)


@click.command()
@click.argument("order")
@of_account
@of_connection
@click.option("--why", type=Words(), required=True, metavar="TEXT", help="For whoever asks later.")
@click.pass_context
def ignore(context: click.Context, order: str, account: str | None, connection: str | None, why: str) -> None:
    """Leave ORDER alone, whatever the shop says of it, until `retry` or `transfer`.

    \b
    shopledger ignore 1007 --why "entered by hand"

    What is in the books already stays there.
    """
    with opened(context) as place:
        of, one = asking.named(place, account, connection, "ignore", order, "--why", why)
        with place.database.account(of.id) as c:
            owner.leave_alone(c, one.id, why)
    after = "; a worker has it in hand right now, and hears it after that" if one.state == "working" else ""
    retry = shlex.join(["shopledger", "retry", order])
    click.echo(harmless(f"Order {order} is left alone{after}. `{retry}` ends that."))


@click.command()
@click.argument("order")
@click.argument("number")
@of_account
@of_connection
@click.option(
    "--kind", type=click.Choice(["invoice", "order"]), default="invoice", show_default=True, help="What it is."
)
@click.option(
    "--place",
    "shelf",
    type=click.Choice(["booked", "draft"]),
    help="Where it is: booked for an invoice, draft for an order, unless you say so.",
)
@click.option("--anyway", is_flag=True, help="Also where it comes to something else than the order.")
@click.pass_context
def link(
    context: click.Context,
    order: str,
    number: str,
    account: str | None,
    connection: str | None,
    kind: str,
    shelf: str | None,
    anyway: bool,
) -> None:
    """ORDER is in the books already: as the document NUMBER.

    \b
    shopledger link 1007 4711
    shopledger link 1007 12 --place draft
    shopledger link 1007 30 --kind order

    It is looked up in the books, and nothing is changed there. From then on the order is done: what the shop says of it
    later makes no second document.
    """
    if kind == "order" and shelf == "booked":
        raise click.UsageError("an order is not booked in the books; leave --place out")
    document = linking.Named(DocumentKind(kind), Shelf(shelf or ("draft" if kind == "order" else "booked")), number)
    typed = ["--kind", kind, "--place", document.place, *(["--anyway"] if anyway else [])]
    with opened(context) as place:
        of, one = asking.named(place, account, connection, "link", order, number, *typed)
        pair = linking.look(place, of, one, document)
        linking.link(place, of, one, pair, anyway=anyway)
    linking.show(one, pair)


@click.command("send-again")
@click.argument("order")
@of_account
@of_connection
@click.option("--credited-by", metavar="NUMBER", help="The booked credit note that takes the old invoice back.")
@click.pass_context
def send_again(
    context: click.Context, order: str, account: str | None, connection: str | None, credited_by: str | None
) -> None:
    """Make a new document of ORDER, under a new reference, once the old one is gone from the books or credited there.

    \b
    shopledger send-again 1007
    shopledger send-again 1007 --credited-by 4712

    The books are asked first: while the old document stands there, nothing goes. A credit note must be of the same
    customer and take back the whole total. The new document goes whatever the rules say of the order.
    """
    typed = ["--credited-by", credited_by] if credited_by is not None else []
    with opened(context) as place:
        of, one = asking.named(place, account, connection, "send-again", order, *typed)
        gone = sending_again.send_again(place, of, one, credited_by=credited_by)
    click.echo(harmless(f"Order {order}: a new document goes when its turn comes, in place of {gone}."))


@click.command()
@of_account
@click.option("--connection", required=True, metavar="NAME", help="Whose orders.")
@click.option(
    "--reference",
    "pattern",
    type=Reference(),
    required=True,
    metavar="PATTERN",
    help="What the former integration wrote as the reference: {number} is the order's number, {id} the shop's own id.",
)
@click.option(
    "--since", type=Since(), metavar="TIME", help="Only orders that changed in the shop since: 3d, 2026-11-01."
)
@click.option("--anyway", is_flag=True, help="Also link documents that come to something else than their order.")
@click.option("--yes", is_flag=True, help="Link them; without it nothing is changed.")
@as_json
@click.pass_context
def adopt(
    context: click.Context,
    account: str | None,
    connection: str,
    pattern: adopting.Pattern,
    since: datetime | None,
    anyway: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Link the documents that a former integration made of orders which have none here.

    \b
    shopledger adopt --connection Orders --reference 'WC-{number}'
    shopledger adopt --connection Orders --reference 'WC-{number}' --yes

    The books are asked for each order's reference. Without --yes it only tells what was found; nothing is changed in
    the books either way. It may be said again: what is linked is not looked for any more.
    """
    wish = adopting.Wish(pattern, since, anyway, yes)
    with opened(context) as place:
        of, through = _through(place, account, connection)
        with telling.progress() as heard:
            adoption = adopting.adopt(place, of, through, wish, heard=heard)
    if as_json:
        print_json(adoption.as_json())
    else:
        telling.show(adoption)
    if adoption.stopped is not None:
        looked = f"{len(adoption.matches)} of {adoption.orders} orders were looked for"
        raise Problem(f"{adoption.stopped} ({looked})", Exit.UNAVAILABLE)


def _through(place: Place, account: str | None, connection: str) -> tuple[StoredAccount, Switched]:
    """The connection of that name. Raises Problem."""
    accounts = accounts_named(place, account)
    check_names(place, accounts, connection=connection)
    found: list[tuple[StoredAccount, Switched]] = []
    for of in accounts:
        with place.database.account(of.id) as c:
            found += [(of, one) for one in owner.switches(c) if one.name == connection]
    if len(found) > 1:
        names = ", ".join(repr(of.name) for of, _ in found)
        says = f"there are {len(found)} connections {connection!r}; say with --account whose is meant: {names}"
        raise Problem(harmless(says), Exit.FOUND_TROUBLE)
    return found[0]
