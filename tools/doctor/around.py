"""What lies around the database: the way in for shops, this machine's disk, and who runs here."""

from __future__ import annotations

import shutil
import time

import httpx

from connectors.http import TooLarge, read_answer
from shared.domain.findings import Finding
from tools.doctor.report import failing, ok, warning
from tools.embedded.folder import DataFolder

#: Megabytes that should be free, and without which orders are soon refused.
ROOMY, TIGHT = 2000, 300
#: Seconds that ingest may take to answer, and bytes that it may answer.
PATIENCE = 5.0
MOST_BYTES = 10_000
#: What a proxy answers when nobody is behind it, and ingest when it cannot store.
NOBODY_BEHIND = (502, 503, 504)


def way_in(public_url: str | None) -> Finding:
    """Whether ingest answers where shops are sent."""
    if public_url is None:
        says = "Nobody said under which address shops reach ingest."
        return warning("address", says, "Set SHOPLEDGER_PUBLIC_URL; without it no webhooks can be made.")
    try:
        status, text = _read(f"{public_url}/health/ready")
    except httpx.InvalidURL:
        says = f"{public_url} is no address."
        return failing("address", says, "Set SHOPLEDGER_PUBLIC_URL right, like https://ingest.example.")
    except (httpx.HTTPError, TimeoutError, TooLarge) as error:
        says = f"Nothing that is ingest answers at {public_url} ({type(error).__name__}), as seen from here."
        remedy = (
            "Start it: `shopledger up`, or `shopledger up ingest`. If it runs, mend the name, certificate or proxy."
        )
        return failing("address", says, remedy)
    if status == httpx.codes.OK and text == "ready":
        return ok("address", f"Ingest answers at {public_url} and stores what comes.")
    return _not_ready(public_url, status)


def _read(url: str) -> tuple[int, str]:
    deadline = time.monotonic() + PATIENCE
    with httpx.stream("GET", url, timeout=PATIENCE, follow_redirects=False) as answer:
        return answer.status_code, read_answer(answer, deadline, MOST_BYTES).decode("utf-8", "replace").strip()


def _not_ready(public_url: str, status: int) -> Finding:
    says = f"{public_url}/health/ready answers with HTTP {status}"
    if status in NOBODY_BEHIND:
        remedy = "If the database above is well, start ingest: `shopledger up`, or `shopledger up ingest`."
        return failing("address", f"{says}: ingest cannot store, or a proxy finds no ingest behind it.", remedy)
    if httpx.codes.is_redirect(status):
        remedy = "Set SHOPLEDGER_PUBLIC_URL to the address that it sends on to, then run `shopledger apply FILE`."
        return failing("address", f"{says}: it sends on to another address, and shops do not follow.", remedy)
    remedy = "Let the proxy pass on everything below this address to ingest, or set SHOPLEDGER_PUBLIC_URL right."
    return failing("address", f"{says}: another program is there, not ingest.", remedy)


def here(folder: DataFolder) -> Finding:
    """Whether `up` runs in the data folder."""
    holder = folder.holder()
    if holder is not None and holder.use == "up" and folder.is_held():
        return ok("process", f"shopledger runs as process {holder.pid}.")
    return failing("process", "Nothing runs here: no order comes in or goes out.", "Start it: `shopledger up`.")


def disk(folder: DataFolder) -> Finding:
    free = shutil.disk_usage(folder.path).free // 2**20
    if free >= ROOMY:
        return ok("disk", f"{free // 1000} GB are free.")
    remedy = "Free some, or move the data folder: stop shopledger, copy the folder, and name it with --data."
    made = failing if free < TIGHT else warning
    return made("disk", f"{free} MB are free below {folder.path}.", remedy)
