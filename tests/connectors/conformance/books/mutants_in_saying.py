"""Accounting connectors with one mistake each in what a document says beside its amounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar
from unittest.mock import patch

from pydantic import BaseModel

from connectors.accounting import Request
from connectors.economic import Economic, filters
from connectors.economic.client import EconomicClient
from connectors.economic.document_fields import DOCUMENT_FIELDS
from shared.domain.document import Delivery, DocumentPlan, FieldValue, FoundDocument
from shared.domain.mapping import Target
from tests.connectors.conformance.books.mutants_in_writing import _json

REFERENCE = 250
NUMBERS = {target.name for target in DOCUMENT_FIELDS if target.kind == "number"}


class _Changing(Economic):
    """Writes something else than the plan."""

    def change(self, plan: DocumentPlan) -> DocumentPlan:
        raise NotImplementedError

    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return super().write_document(self.change(plan), settings)


def _without(plan: DocumentPlan, drop: Callable[[str, FieldValue], bool]) -> DocumentPlan:
    return replace(plan, fields={name: value for name, value in plan.fields.items() if not drop(name, value)})


class DeclaresAFieldTwice(Economic):
    document_fields: ClassVar[tuple[Target, ...]] = (*DOCUMENT_FIELDS, DOCUMENT_FIELDS[0])


class ForgetsAField(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return _without(plan, lambda name, _: name == "text_2")


class MixesUpPeople(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        other = {"sales_person": "vendor_reference", "vendor_reference": "sales_person"}
        return replace(plan, fields={other.get(name, name): value for name, value in plan.fields.items()})


class WritesFieldsAsTheyCome(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        body = json.loads(super().write_document(plan, settings).body, parse_float=Decimal)
        return Request(_json({**body, "fields": list(plan.fields)}))


class LetsThePlanWin(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return plan if plan.delivery is None else _without(plan, lambda name, _: name == "delivery_date")


class LosesTheDayOfDelivery(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return replace(plan, delivery=plan.delivery and replace(plan.delivery, day=None))


class LosesUnknownFields(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        known = {target.name for target in DOCUMENT_FIELDS}
        return _without(plan, lambda name, _: name not in known)


class LosesWhatIsNoWholeNumber(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return _without(plan, lambda name, value: name in NUMBERS and value != 7)


class PutsTheOwnersWordsFirst(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return _with_reference(super().write_document(plan, settings), lambda ours, own: f"{own} {ours}".strip())


class KeepsTheEndOfTheWords(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        words = str(plan.fields.get("reference", ""))
        request = super().write_document(plan, settings)
        return _with_reference(request, lambda ours, _: f"{ours} {words}"[-REFERENCE:].strip())


class FindsTheBareReferenceOnly(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        with patch.object(filters, "first_token", filters.equals):
            return super().find_by_reference(reference)


class LooksForPlainReferencesOnly(EconomicClient):
    """With words behind them."""

    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        first_token = filters.first_token if reference.replace("-", "").isalnum() else filters.equals
        with patch.object(filters, "first_token", first_token):
            return super().find_by_reference(reference)


class CutsInSilence(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return replace(super().write_document(plan, settings), cut=())


class NamesEveryText(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return replace(super().write_document(plan, settings), cut=("recipient.name",))


class CutsNumbersOfPeople(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        ean = {name: str(value)[:13] if name == "ean" else value for name, value in plan.fields.items()}
        return replace(plan, fields=ean)


class HalvesAnEmoji(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        heading = str(plan.fields.get("heading", ""))
        cut = heading.encode("utf-16-le")[:500].decode("utf-16-le", "replace")
        return replace(plan, fields={**plan.fields, "heading": cut})


class SendsAllToTheBuyer(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return replace(plan, delivery=None)


class ForgetsWhomTheGiftIsFor(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return replace(plan, delivery=plan.delivery and replace(plan.delivery, name=""))


class WritesEveryAddressTwice(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        buyer = plan.recipient
        return replace(plan, delivery=plan.delivery or Delivery(address=buyer.address, city=buyer.city))


class LosesThePerson(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return replace(plan, recipient=replace(plan.recipient, attention=""))


class LosesTheState(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return replace(plan, recipient=replace(plan.recipient, region=""))


class WritesCodesOfCountries(_Changing):
    def change(self, plan: DocumentPlan) -> DocumentPlan:
        return replace(plan, recipient=replace(plan.recipient, country=plan.recipient.country[:2].upper()))


def _with_reference(request: Request, put: Callable[[str, str], str]) -> Request:
    body: dict[str, Any] = json.loads(request.body, parse_float=Decimal)
    ours, _, own = body["references"]["other"].partition(" ")
    return Request(_json({**body, "references": {**body["references"], "other": put(ours, own)}}), request.cut)
