"""What an open alarm means, and what ends it, by the code with which a connector, ingest or a worker raised it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.findings import Finding, Level
from shared.store.look import Alarm, System
from tools.cli.texts import many, moment
from tools.doctor.report import failing

#: It tries the credentials, and where they are let in, the system goes on: with the same ones, too.
THEN = "Then `shopledger apply FILE`: where it lets us in, what waited goes on."


@dataclass(frozen=True, slots=True)
class Words:
    """Both may hold {detail}, {times} and {last} of the alarm."""

    says: str
    remedy: str
    level: Level = Level.FAILING


#: Codes that stop a system: nothing is asked of it, and its orders wait.
STOPPED = {
    "not_authorised": Words(
        "it did not accept the credentials",
        f"If it still does not (below), make a new key or token, and put it where your file reads it. {THEN}",
    ),
    "grant_revoked": Words(
        "it did not know the grant: the owner took it back, or a token is wrong",
        "If it still does not (below), let an administrator of the agreement approve the app again, and put the new"
        f" grant token where your file reads it. {THEN}",
    ),
    "no_rights": Words(
        "it did not give us the right to do what orders need",
        "Give the app the role Sales or SuperUser, and the agreement a plan that lets other programs write; an"
        f" administrator approves the app again. {THEN}",
    ),
    "module_missing": Words("a module is missing there ({detail})", f"Add the module there. {THEN}"),
    "no_api": Words(
        "there was no WooCommerce API at its address",
        f"See in the shop that WooCommerce is active, and that permalinks are not plain. {THEN}",
    ),
    "moved": Words("it has another address now ({detail})", f"Write the new address into your file. {THEN}"),
    "no_credentials": Words("there were no credentials for it, or not all of them", f"Name them in your file. {THEN}"),
}
#: Codes of one webhook; {detail} is its topic.
OF_WEBHOOKS = {
    "forged_webhooks": Words(
        "{times} in a row something came to the webhook {detail} that the shop had not signed with our secret, last"
        " {last}; it was refused.",
        "If orders are missing, the shop has another secret: delete this webhook in the shop (WooCommerce > Settings >"
        " Advanced > Webhooks), and `shopledger apply FILE` makes it anew. If not, a stranger guesses, in vain.",
        Level.WARNING,
    ),
    "cannot_view": Words(
        "The shop sends no orders through its webhook {detail}, {times}, last {last}: the user who made it may not read"
        " orders any more.",
        "Let that user be shop manager again; or delete the webhook in the shop, give the file the key of a user who"
        " is, and run `shopledger apply FILE`.",
    ),
}
#: Codes of the hourly look at a shop's webhooks; {detail} is what it found.
OF_WATCHING = {
    "webhooks_mended": Words(
        "The shop's webhooks were made anew, last {last}: {detail}. What changed meanwhile is polled.",
        "Nothing is to be done. If it comes again and again, see in the shop's log (WooCommerce > Status > Logs) what"
        " answers its webhooks get, and run `shopledger apply FILE` after the way in has changed.",
        Level.WARNING,
    ),
    "webhooks_stay_wrong": Words(
        "The shop's webhooks are not in order, and are not put right: {detail} What they do not tell comes by polls.",
        "Mend that in the shop (WooCommerce > Settings > Advanced: Webhooks, and REST API for the rights of a key)."
        " Then it is put right within a day, or at once by `shopledger apply FILE`.",
        Level.WARNING,
    ),
}


def stopped(system: System, detail: str) -> Finding:
    """Of a system that is broken; `detail` as its alarm has it."""
    assert system.broken_at is not None
    words = STOPPED.get(system.broken_reason or "") or _unknown(system.broken_reason or "")
    why = words.says.format(detail=_what(detail))
    says = f"Nothing is asked of it since {moment(system.broken_at)}, and its orders wait: {why}."
    return failing("stopped", says, words.remedy)


def told(alarm: Alarm) -> Finding:
    """Of an alarm that stops nothing."""
    words = OF_WEBHOOKS.get(alarm.code) or OF_WATCHING.get(alarm.code)
    if words is None:
        says = f"{alarm.detail or alarm.code} ({many(alarm.count, 'time')}, last {moment(alarm.last_at)})."
        return failing(alarm.code, says, "Please tell support: this version has no advice for it.")
    says = words.says.format(detail=alarm.detail, times=many(alarm.count, "time"), last=moment(alarm.last_at))
    return Finding(words.level, "alarm", says, words.remedy)


def _unknown(code: str) -> Words:
    return Words(f"{code} ({{detail}})", f"See below whether it still refuses, and mend that there. {THEN}")


def _what(detail: str) -> str:
    """A connector's sentence without its end, which is for the owner on a page."""
    return detail.rstrip(".") if "http" in detail else detail.partition(": ")[0].rstrip(".")
