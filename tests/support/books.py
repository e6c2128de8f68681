"""What an accounting system's imitation holds, as a connector would find it."""

from __future__ import annotations

from connectors.economic.sandbox import SandboxDocument
from shared.domain.document import FoundDocument


def found(document: SandboxDocument) -> FoundDocument:
    return FoundDocument(
        kind=document.kind,
        place=document.place,
        number=str(document.number),
        reference=document.reference,
        customer=str(document.customer),
        currency=document.currency,
        total=document.gross,
        total_tax=document.vat,
    )
