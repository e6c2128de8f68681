"""Tax rates and the arithmetic of one line. Amounts are Decimal in the order's currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.woocommerce.sandbox.amounts import inside


@dataclass(frozen=True, slots=True)
class TaxRate:
    id: int
    country: str
    percent: Decimal
    label: str
    tax_class: str = ""
    state: str = ""
    priority: int = 1
    compound: bool = False
    shipping: bool = True

    @property
    def code(self) -> str:
        return "-".join(filter(None, (self.country, self.state, self.label.upper(), str(self.priority))))


#: A shop in Denmark that sells to its neighbours, with two rates that are added and two that are compounded.
DEFAULT_RATES = (
    TaxRate(1, "DK", Decimal(25), "Moms"),
    TaxRate(2, "DE", Decimal(19), "MwSt."),
    TaxRate(3, "DE", Decimal(7), "MwSt. ermäßigt", "reduced-rate"),
    TaxRate(4, "NL", Decimal(21), "BTW 21%"),
    TaxRate(5, "NL", Decimal(9), "BTW 9%", "reduced-rate"),
    TaxRate(6, "SE", Decimal(25), "Moms SE"),
    TaxRate(7, "SE", Decimal(12), "Moms SE 12", "reduced-rate", shipping=False),
    TaxRate(10, "CA", Decimal(5), "GST", state="QC"),
    TaxRate(11, "CA", Decimal("9.975"), "QST", state="QC", priority=2),
    TaxRate(12, "CA", Decimal(5), "GST-NS", state="NS"),
    TaxRate(13, "CA", Decimal(10), "PST-compound", state="NS", priority=2, compound=True),
    TaxRate(14, "DK", Decimal(0), "Nul", "zero-rate"),
)


def rates_for(rates: Iterable[TaxRate], country: str, state: str, tax_class: str) -> list[TaxRate]:
    """The rates of a class at a place: none where the shop never set one up, which is no tax."""
    return sorted(
        (
            rate
            for rate in rates
            if rate.country == country and rate.state in ("", state) and rate.tax_class == tax_class
        ),
        key=lambda rate: rate.priority,
    )


def tax_on_top(net: Decimal, rates: Sequence[TaxRate]) -> dict[int, Decimal]:
    """Tax per rate id with six decimals; a compound rate is charged on the other taxes, too."""
    taxes = {rate.id: inside(net * rate.percent / 100) for rate in rates if not rate.compound}
    for rate in rates:
        if rate.compound:
            taxes[rate.id] = inside((net + sum(taxes.values())) * rate.percent / 100)
    return taxes


def without_tax(gross: Decimal, rates: Sequence[TaxRate]) -> Decimal:
    """The net part of a gross amount, six decimals."""
    net = gross
    for rate in rates:
        if rate.compound:
            net /= 1 + rate.percent / 100
    return inside(net / (1 + sum((rate.percent for rate in rates if not rate.compound), Decimal(0)) / 100))
