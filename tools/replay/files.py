"""Events as a file: JSON lines. The first says what it is, the last how many there are, so that none is missing.

    {"shopledger_events": 1, "masked": false, "system_kind": "woocommerce"}
    {"id": 7, "received_at": "...", "origin": "webhook", "kind": "state", "topic": "order.updated", ..., "body": "{}"}
    {"end": 1}

A body that is no text in UTF-8 stands in `body_base64`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.domain.notice import NoticeKind, SourceType
from shared.intake import Origin
from shared.store.replay import StoredEvent
from tools.cli.problems import Exit, Problem

#: What this version writes, and reads.
VERSION = 1
#: Bytes that a line may have: a body as large as ingest takes, in base64.
LONGEST = 16_000_000


#: Beyond it a moment in another time zone cannot be read any more.
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class Head(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    shopledger_events: int
    masked: bool
    system_kind: str = Field(min_length=1)


class FileEvent(BaseModel):
    """One line; the id is that of the installation which wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int
    received_at: AwareDatetime
    origin: Origin
    kind: NoticeKind
    topic: str = Field(max_length=200)
    delivery_id: str = Field(max_length=200)
    source_type: SourceType | None
    source_id: str | None = Field(min_length=1, max_length=100)
    source_number: str | None = Field(max_length=100)
    source_modified_at: Annotated[AwareDatetime, Field(lt=END_OF_TIME)] | None
    reason: str = Field(max_length=200)
    body: str | None = Field(default=None, repr=False)
    body_base64: str | None = Field(default=None, repr=False)

    @property
    def raw(self) -> bytes:
        """Raises ValueError where the body is missing, or given twice, or none."""
        if (self.body is None) == (self.body_base64 is None):
            raise ValueError("it must have either a body or a body_base64")
        if self.body is not None:
            return self.body.encode()
        try:
            return base64.b64decode(self.body_base64 or "", validate=True)
        except binascii.Error:
            raise ValueError("body_base64 is no base64") from None


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    event: FileEvent
    body: bytes


def write_head(file: IO[str], *, system_kind: str, masked: bool) -> None:
    _write(file, {"shopledger_events": VERSION, "masked": masked, "system_kind": system_kind})


def write_event(file: IO[str], event: StoredEvent) -> None:
    _write(
        file,
        {
            "id": event.id,
            "received_at": event.received_at.isoformat(),
            "origin": event.origin,
            "kind": event.kind,
            "topic": event.topic,
            "delivery_id": event.delivery_id,
            "source_type": event.source_type,
            "source_id": event.source_id,
            "source_number": event.source_number,
            "source_modified_at": _moment(event.source_modified_at),
            "reason": event.reason,
            **_body(event.body),
        },
    )


def write_end(file: IO[str], count: int) -> None:
    _write(file, {"end": count})


class EventFile:
    """Its head is read at once, its events when they are asked for. All raise Problem with the line that is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as file:
            head = self._json(1, file.readline(LONGEST))
        if "shopledger_events" not in head:
            raise self._wrong(1, 'it is no file of events: it does not begin with {"shopledger_events": 1, ...}')
        if head["shopledger_events"] != VERSION:
            raise self._wrong(1, f"its version is {head['shopledger_events']!r}; this shopledger reads {VERSION}")
        try:
            self.head = Head.model_validate(head)
        except ValidationError as error:
            raise self._wrong(1, _said(error)) from None

    def events(self) -> Iterator[Line]:
        count, number = 0, 1
        with self._open() as file:
            file.readline(LONGEST)
            while raw := file.readline(LONGEST):
                number += 1
                value = self._json(number, raw)
                if "end" in value:
                    self._check_end(number, value, count, file)
                    return
                yield self._line(number, value)
                count += 1
        raise self._wrong(number, "the file ends here, without a line that says so: a part of it is missing")

    def _line(self, number: int, value: Mapping[str, Any]) -> Line:
        try:
            event = FileEvent.model_validate(value)
            return Line(number, event, event.raw)
        except ValidationError as error:
            raise self._wrong(number, _said(error)) from None
        except UnicodeEncodeError:
            raise self._wrong(number, "its body holds characters that no text may hold") from None
        except ValueError as error:
            raise self._wrong(number, str(error)) from None

    def _check_end(self, number: int, value: Mapping[str, Any], count: int, file: IO[bytes]) -> None:
        if value != {"end": count}:
            raise self._wrong(number, f"the file says that it has {value['end']!r} events, and it has {count}")
        if file.read(1):
            raise self._wrong(number + 1, "there is more behind the file's end")

    def _json(self, number: int, raw: bytes) -> dict[str, Any]:
        if not raw:
            raise self._wrong(number, "the file is empty")
        if len(raw) == LONGEST:
            raise self._wrong(number, f"it is longer than {LONGEST} bytes")
        try:
            value = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise self._wrong(number, "it is no text in UTF-8") from None
        except (ValueError, RecursionError):
            raise self._wrong(number, "it is no JSON") from None
        if not isinstance(value, dict):
            raise self._wrong(number, "it is no JSON object")
        return value

    def _open(self) -> IO[bytes]:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise Problem(f"{self.path}: cannot be read ({error.strerror})", Exit.WRONG_FILE) from None

    def _wrong(self, line: int, says: str) -> Problem:
        return Problem(f"{self.path}:{line}: {says}", Exit.WRONG_FILE)


def wrong_line(file: EventFile, line: Line, says: str) -> Problem:
    return Problem(f"{file.path}:{line.number}: {says}", Exit.WRONG_FILE)


def _write(file: IO[str], value: Mapping[str, Any]) -> None:
    file.write(json.dumps(value) + "\n")


def _body(body: bytes) -> Mapping[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when is not None else None


def _said(error: ValidationError) -> str:
    """The first thing that is wrong; no value, which may be anybody's."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
