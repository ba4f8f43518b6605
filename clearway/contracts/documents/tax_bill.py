"""The electronic tax bill: 816 when it is made, 818 when its status changes (RULEBOOK B.9.3; REFERENCE §3)."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant, wire


class TaxBillLine(Contract):
    """Taxes of one line as customs assessed them."""

    gnum: Annotated[int, wire("gnum", "Item number")]
    hs_code: Annotated[str, wire("gcode", "HS commodity code", 10, 10)]
    tax_price: Annotated[Amount, wire("taxPrice", "Dutiable total price")]
    customs_tax: Annotated[Amount, wire("customsTax", "Customs duty due")]
    value_added_tax: Annotated[Amount, wire("valueAddedTax", "VAT due")]
    consumption_tax: Annotated[Amount, wire("consumptionTax", "Consumption tax due")]


class TaxBill(Contract):
    """Customs' assessment of one list; its figure wins over ours."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    invt_no: Annotated[str, wire("invtNo", "Customs number of the list, 18 characters", 1, 18)]
    tax_no: Annotated[str, wire("taxNo", "Electronic tax bill number", 1, 50)]
    customs_tax: Annotated[Amount, wire("customsTax", "Customs duty due")]
    value_added_tax: Annotated[Amount, wire("valueAddedTax", "VAT due")]
    consumption_tax: Annotated[Amount, wire("consumptionTax", "Consumption tax due")]
    status: Annotated[str, wire("status", "Tax bill status: 1 created, 2 summarised, 3 void", 1, 1)]
    ent_duty_no: Annotated[str | None, wire("entDutyNo", "Payment-order (缴款书) number", None, 50)] = None
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    assure_code: Annotated[
        str | None, wire("assureCode", "Guarantor: platform, e-commerce or logistics enterprise", None, 64)
    ] = None
    ebc_code: Annotated[str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 64)] = None
    logistics_code: Annotated[
        str | None, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 64)
    ] = None
    agent_code: Annotated[str | None, wire("agentCode", "Declaring enterprise (customs broker)", 1, 18)] = None
    customs_code: Annotated[str | None, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)] = None
    order_no: Annotated[
        str | None, wire("orderNo", "Order number, unique within one platform", None, 60, beyond=True)
    ] = None
    logistics_no: Annotated[
        str | None, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 60, beyond=True)
    ] = None
    lines: tuple[TaxBillLine, ...] = Field(min_length=1, max_length=99, description="The assessed lines, 1 to 99")


class TaxBillStatus(Contract):
    """A later change of a bill's status."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    invt_no: Annotated[str, wire("invtNo", "Customs number of the list, 18 characters", 1, 18)]
    tax_no: Annotated[str, wire("taxNo", "Electronic tax bill number", 1, 50)]
    status: Annotated[str, wire("status", "Tax bill status: 1 created, 2 summarised, 3 void", 1, 1)]
    ent_duty_no: Annotated[str | None, wire("entDutyNo", "Payment-order (缴款书) number", None, 50)] = None
    assure_code: Annotated[
        str | None, wire("assureCode", "Guarantor: platform, e-commerce or logistics enterprise", None, 64)
    ] = None
