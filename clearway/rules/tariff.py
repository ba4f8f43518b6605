"""The rates that apply to one declared line: tariff row, VAT rate and band of consumption tax (RULEBOOK B.9.1, C.7).

Quantities are measured in the unit that a tax counts by (kilogram, litre, piece or sheet), from qty1/unit1, else
qty2/unit2, else qty/unit; the unit table says what each unit is worth (036 gram = 0.001 kilogram).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.contracts.facts import RuleUse
from clearway.rules.catalogue import Problems, at_line, problem
from clearway.rules.parameters import Dated, NoRuleInForce, parameters
from clearway.rules.tables import Band, ConsumptionTax, Goods, MeasureOf

NO_TAX = Band()


@dataclass(frozen=True, slots=True)
class Rates:
    """What applies to one line; `quantity` is measured in the band's unit."""

    goods: Dated[Goods]
    vat: Dated[Decimal]
    consumption_tax: Dated[ConsumptionTax] | None
    band: Band
    quantity: Decimal

    def rules(self) -> tuple[RuleUse, ...]:
        """The rules used, as recorded facts."""
        used = (self.goods, self.vat, self.consumption_tax)
        return tuple(rule.as_rule_use() for rule in used if rule is not None)


def rate_line(declared: DeclarationList, index: int, base: Decimal, profile: str) -> Rates | Problems:
    """The rates of the line with that index and taxable base, or the problems that leave it without."""
    day, rules, line = declared.declared_on, parameters(), declared.lines[index]
    goods = rules.goods(line.hs_code, on=day, profile=profile)
    if goods is None:
        return (problem("E_UNKNOWN_HS", at_line(declared, index, "hs_code"), day=day),)
    vat = rules.value(f"vat.{goods.value.vat}", on=day, profile=profile)
    if goods.value.consumption_tax is None:
        return Rates(goods, vat, None, NO_TAX, Decimal(0))
    try:
        tax = rules.consumption_tax(goods.value.consumption_tax, on=day, profile=profile)
    except NoRuleInForce as gap:
        return (problem("E_NO_RATE", at_line(declared, index, "hs_code"), rule=gap.rule, day=day),)
    measured = [(band, measure(line, band.measured_in, day, profile)) for band in tax.value.bands]
    reached = [
        (band, quantity) for band, quantity in measured if quantity is not None and base >= band.at_least * quantity
    ]
    if all(quantity is None for _, quantity in measured):
        amount = (at_line(declared, index, field) for field in ("qty1", "unit1"))
        return (problem("E_STATUTORY_UNIT", *amount, units=", ".join(goods.value.units)),)
    band, quantity = reached[-1] if reached else (NO_TAX, Decimal(0))
    return Rates(goods, vat, tax, band, quantity or Decimal(0))


def measure(line: DeclarationLine, unit: MeasureOf | None, day: date, profile: str) -> Decimal | None:
    """The line's quantity in kilograms, litres, pieces or sheets, or None if it states none; 0 where none is needed."""
    if unit is None:
        return Decimal(0)
    for quantity, code in ((line.qty1, line.unit1), (line.qty2, line.unit2), (line.qty, line.unit)):
        row = parameters().unit(code, on=day, profile=profile) if quantity and code else None
        if quantity and row and row.value.measure and row.value.measure.of == unit:
            return quantity * row.value.measure.factor
    return None
