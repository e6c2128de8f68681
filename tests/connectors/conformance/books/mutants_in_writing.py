"""Accounting connectors with one mistake each in what they declare and write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

from pydantic import BaseModel, ConfigDict

from connectors.accounting import Request
from connectors.economic import Economic
from connectors.economic.settings import Settings
from connectors.pace import Budget
from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewCustomer, NewProduct
from shared.errors import NeedsUser


class WritesNull(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        body = json.loads(super().write_document(plan, settings).body, parse_float=Decimal)
        return Request(_json({**body, "notes": {"heading": plan.fields.get("heading")}}))


class WritesANewRequestEachTime(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        body = json.loads(super().write_document(plan, settings).body, parse_float=Decimal)
        return Request(_json({**body, "requestedBy": uuid4().hex}))

    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        body = json.loads(super().write_customer(customer, settings).body)
        return Request(_json({**body, "requestedBy": uuid4().hex}))


class RoundsThreeDecimals(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return super().write_document(replace(plan, lines=tuple(map(_rounded, plan.lines))), settings)


class WritesWholeCrowns(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        lines = tuple(replace(line, unit_price=line.unit_price.to_integral_value()) for line in plan.lines)
        return super().write_document(replace(plan, lines=lines), settings)


class CutsTheReference(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return super().write_document(replace(plan, reference=plan.reference[:250]), settings)


class CutsProductNumbers(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        lines = tuple(replace(line, product=line.product[:25] if line.product else None) for line in plan.lines)
        return super().write_document(replace(plan, lines=lines), settings)

    def write_product(self, product: NewProduct, settings: BaseModel) -> bytes:
        return super().write_product(replace(product, number=product.number[:25]), settings)


class RefusesLongTexts(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        if any(len(line.text) > 2500 for line in plan.lines):
            raise NeedsUser("too_long", "A line's text is too long.")
        return super().write_document(plan, settings)

    def write_product(self, product: NewProduct, settings: BaseModel) -> bytes:
        if len(product.name) > 300:
            raise NeedsUser("too_long", "The name is too long.")
        return super().write_product(product, settings)


class DropsLongTexts(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        lines = tuple(replace(line, text=line.text if len(line.text) < 2500 else "") for line in plan.lines)
        return super().write_document(replace(plan, lines=lines), settings)


class CutsEarly(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        lines = tuple(replace(line, text=line.text[:250]) for line in plan.lines)
        return super().write_document(replace(plan, lines=lines), settings)


class DropsLinesOfText(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return super().write_document(replace(plan, lines=tuple(one for one in plan.lines if one.product)), settings)


class SpeaksAsciiOnly(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        body = super().write_document(plan, settings).body
        return Request(body.decode().encode("ascii", "ignore"))


class AsksForAllThatCanBeKnown(Economic):
    """Of a customer, too."""

    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        body = json.loads(super().write_customer(customer, settings).body)
        return Request(_json({**body, "address": customer.contact.address or None}))


class Demanding(Settings):
    layout: int


class KeepsNothing(Economic):
    document_kinds: ClassVar[frozenset[DocumentKind]] = frozenset()


class HasNothingToSpend(Economic):
    budget: ClassVar[Budget | None] = Budget(tokens=0, per=timedelta(seconds=60))


class NamesAPath(Economic):
    def origin(self, credentials: BaseModel) -> str:
        return f"{super().origin(credentials)}/orders"


class InsistsOnAChoice(Economic):
    Settings: ClassVar[type[BaseModel]] = Demanding


class Careless(Settings):
    model_config = ConfigDict(extra="ignore")


class LosesMisspeltChoices(Economic):
    Settings: ClassVar[type[BaseModel]] = Careless


def _rounded(line: DocumentLine) -> DocumentLine:
    return replace(line, quantity=round(line.quantity, 2), unit_price=round(line.unit_price, 2))


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, default=float, separators=(",", ":"), ensure_ascii=False).encode()
