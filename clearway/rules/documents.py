"""Rules of a single document, checked when it is handed in (RULEBOOK B.1, B.4, B.6; REFERENCE §12)."""

from datetime import date
from decimal import Decimal

from clearway.contracts.base import legal_day
from clearway.contracts.documents import (
    AnyDocument,
    DeclarationLine,
    DeclarationList,
    Order,
    OrderLine,
    Payment,
    Waybill,
)
from clearway.rules.catalogue import Found, Problems, agree, at, at_line, problem
from clearway.rules.codes import check_code
from clearway.rules.parameters import NoRuleInForce, parameters
from clearway.rules.tables import Country, Currency, TradeMode, TransportMode


def check_document(document: AnyDocument, *, profile: str = "SEED") -> Problems:
    """Every problem that one document has by itself.

    A list is judged by the rules of its acceptance day, the others by those of the Shanghai day they were sent on.
    """
    day = document.declared_on if isinstance(document, DeclarationList) else legal_day(document.app_time)
    try:
        match document:
            case Order():
                own = _check_order(document, day, profile)
            case Payment():
                own = _check_id_type(document, "payer_id_type", day, profile)
            case Waybill():
                own = _check_single_package(document)
            case DeclarationList():
                own = _check_list(document, day, profile)
        return own + check_currency(document, day, profile) + check_countries(document, day, profile)
    except NoRuleInForce as gap:
        dated = at(document, "declared_on" if isinstance(document, DeclarationList) else "app_time")
        return (problem("E_NO_RULE", dated, rules=gap.rule),)


def check_amount_identity(key: str, order: Order) -> Problems:
    """Goods + freight + tax - discount = paid; the computed sum is the last value of the problem (B.1, M06)."""
    due = order.goods_value + order.freight + order.tax_total - order.discount
    if due == order.actual_paid:
        return ()
    parts = (at(order, field) for field in ("goods_value", "freight", "tax_total", "discount", "actual_paid"))
    return (problem(key, *parts, due=f"{due:f}"),)


def check_line_arithmetic(
    document: Order | DeclarationList, day: date, profile: str, port: str | None = None
) -> Problems:
    """Quantity x unit price is the line's total, to a rounding; an order's totals add up to its goods value (M07).

    An order by itself names no port, so any port's rounding will do; the comparison takes that of the list's port.
    """
    rules = parameters()
    rounding = (
        rules.value("matching.line_rounding", on=day, profile=profile, port=port).value
        if port
        else rules.widest("matching.line_rounding", on=day, profile=profile)
    )
    found: Problems = ()
    for index, line in enumerate(_lines(document)):
        if abs(line.qty * line.price - line.total_price) > rounding:
            parts = (at_line(document, index, field) for field in ("qty", "price", "total_price"))
            found += (problem("M07.line", *parts, product=f"{line.qty * line.price:f}"),)
    if isinstance(document, Order):
        found += agree("M07.sum", _lines_total(document), at(document, "goods_value"))
    return found


def check_currency(document: AnyDocument, day: date, profile: str) -> Problems:
    """Retail import knows CNY only (M13); a code that is no currency at all is told as that."""
    currency = parameters().text("documents.currency", on=day, profile=profile).value
    written = [at(document, "currency")]
    if isinstance(document, Order | DeclarationList):
        written += [at_line(document, index, "currency") for index in range(len(document.lines))]
    others = [found for found in written if found.value != currency]
    return tuple(
        wrong
        for found in others
        for wrong in check_code(Currency, found, day, profile) or (problem("M13", found, currency=currency),)
    )


def check_countries(document: AnyDocument, day: date, profile: str) -> Problems:
    """Origin of every line and country of departure are codes of the table (RULEBOOK C.4)."""
    written: list[Found] = []
    match document:
        case Waybill():
            written.append(at(document, "departure_country"))
        case DeclarationList():
            written.append(at(document, "country"))
    if isinstance(document, Order | DeclarationList):
        written += [at_line(document, index, "country") for index in range(len(document.lines))]
    return tuple(wrong for found in written if found.value for wrong in check_code(Country, found, day, profile))


def check_magnitude(declared: DeclarationList, profile: str) -> Problems:
    """No amount or quantity of the list is beyond any parcel; such a slip of the pen could not be computed with."""
    ceiling = parameters().value("documents.amount_ceiling", on=declared.declared_on, profile=profile).value
    written = [at(declared, "freight"), at(declared, "insured_fee")]
    for index in range(len(declared.lines)):
        written += [at_line(declared, index, field) for field in ("qty", "qty1", "qty2", "total_price")]
    return tuple(
        problem("E_MAGNITUDE", found, ceiling=f"{ceiling:f}")
        for found in written
        if found.value is not None and found.value > ceiling
    )


def _check_order(order: Order, day: date, profile: str) -> Problems:
    return (
        *_check_direction(order, "order_type", day, profile),
        *_check_id_type(order, "buyer_id_type", day, profile),
        *_check_value(order),
        *_check_line_numbers(order),
        *check_amount_identity("E_AMOUNT_IDENTITY", order),
        *check_line_arithmetic(order, day, profile),
    )


def _check_list(declared: DeclarationList, day: date, profile: str) -> Problems:
    return (
        *_check_direction(declared, "ie_flag", day, profile),
        *_check_id_type(declared, "buyer_id_type", day, profile),
        *_check_value(declared),
        *_check_line_numbers(declared),
        *check_line_arithmetic(declared, day, profile, declared.customs_code),
        *check_magnitude(declared, profile),
        *_check_single_package(declared),
        *_check_guarantor(declared),
        *_check_trade_mode(declared, day, profile),
    )


def _check_direction(document: AnyDocument, field: str, day: date, profile: str) -> Problems:
    imports = parameters().text("documents.direction", on=day, profile=profile).value
    found = at(document, field)
    return () if found.value == imports else (problem("E_DIRECTION", found, imports=imports),)


def _check_id_type(document: AnyDocument, field: str, day: date, profile: str) -> Problems:
    admitted = parameters().text("documents.id_type", on=day, profile=profile).value
    found = at(document, field)
    return () if found.value == admitted else (problem("E_ID_TYPE", found, admitted=admitted),)


def _check_single_package(document: Waybill | DeclarationList) -> Problems:
    """One list is one order is one parcel (RULEBOOK B.0.5)."""
    return () if document.pack_no == 1 else (problem("E_PACK_NO", at(document, "pack_no")),)


def _lines(document: Order | DeclarationList) -> tuple[OrderLine | DeclarationLine, ...]:
    return document.lines


def _lines_total(document: Order | DeclarationList) -> Found:
    total = sum((line.total_price for line in _lines(document)), Decimal(0))
    return Found(document.kind, "lines[*].total_price", total)


def _check_value(document: Order | DeclarationList) -> Problems:
    """A gift may cost nothing, the whole order may not (RULEBOOK D-34)."""
    total = _lines_total(document)
    return () if total.value > 0 else (problem("E_ZERO_VALUE", total),)


def _check_line_numbers(document: Order | DeclarationList) -> Problems:
    return tuple(
        problem("E_LINE_NUMBERS", at_line(document, index, "gnum"), expected=index + 1)
        for index, line in enumerate(_lines(document))
        if line.gnum != index + 1
    )


def _check_guarantor(declared: DeclarationList) -> Problems:
    parties = (declared.ebp_code, declared.ebc_code, declared.logistics_code)
    if declared.assure_code in parties:
        return ()
    return (problem("E_GUARANTOR", at(declared, "assure_code"), parties=", ".join(dict.fromkeys(parties))),)


def _check_trade_mode(declared: DeclarationList, day: date, profile: str) -> Problems:
    mode = parameters().trade_mode(declared.trade_mode, on=day, profile=profile)
    unknown = check_code(TransportMode, at(declared, "traf_mode"), day, profile)
    if mode is None:
        return (problem("E_TRADE_MODE", at(declared, "trade_mode"), day=day), *unknown)
    return _check_required_and_empty(declared, mode.value) + (unknown or _check_transport(declared, mode.value))


def _check_required_and_empty(declared: DeclarationList, mode: TradeMode) -> Problems:
    required = [at(declared, field) for field in mode.required]
    for index in range(len(declared.lines)):
        required += [at_line(declared, index, field) for field in mode.required_in_lines]
    empty = [at(declared, field) for field in mode.empty]
    return (
        *(problem("E_FIELD_REQUIRED", found, mode=declared.trade_mode) for found in required if not found.value),
        *(problem("E_FIELD_EMPTY", found, mode=declared.trade_mode) for found in empty if found.value),
    )


def _check_transport(declared: DeclarationList, mode: TradeMode) -> Problems:
    if declared.traf_mode in mode.transport_modes:
        return ()
    permitted = ", ".join(mode.transport_modes)
    found = (at(declared, "trade_mode"), at(declared, "traf_mode"))
    return (problem("E_TRAF_MODE", *found, mode=declared.trade_mode, permitted=permitted),)
