"""The shop's clock: whole seconds, as WooCommerce keeps them, and set by hand where a test wants it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

#: How WooCommerce writes a moment: no fraction, no zone.
WALL_FORMAT = "%Y-%m-%dT%H:%M:%S"


class ShopClock:
    """Runs with the machine's clock until it is set; then stands still until it is advanced or set free."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._lock = threading.Lock()
        self._standing: datetime | None = None

    def now(self) -> datetime:
        """Aware, UTC, whole seconds."""
        with self._lock:
            moment = self._standing or datetime.now(UTC)
        return moment.replace(microsecond=0)

    def set(self, moment: datetime) -> None:
        """Stops the clock at an aware moment."""
        if moment.tzinfo is None:
            raise ValueError("a moment without zone says nothing")
        with self._lock:
            self._standing = moment.astimezone(UTC)

    def advance(self, seconds: float) -> datetime:
        """Moves the clock on from where it stands, and stops it there."""
        moment = self.now() + timedelta(seconds=seconds)
        self.set(moment)
        return moment

    def run(self) -> None:
        with self._lock:
            self._standing = None

    def stamps(self, field: str, moment: datetime | None) -> dict[str, str | None]:
        """Both writings of a date field: `date_paid` in the shop's zone, `date_paid_gmt` in UTC."""
        if moment is None:
            return {field: None, f"{field}_gmt": None}
        return {
            field: moment.astimezone(self.zone).strftime(WALL_FORMAT),
            f"{field}_gmt": moment.astimezone(UTC).strftime(WALL_FORMAT),
        }
