"""The export waybill, CEB505: which parcel carries the order; and customs' receipt, CEB506."""

from typing import Annotated

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportWaybill(ExportHead):
    """A waybill, sent by the logistics enterprise."""

    logistics_code: Annotated[
        str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100, earlier=(1, 100))]
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(1, 80))
    ]
    freight: Annotated[Amount, wire("freight", "Freight")]
    insured_fee: Annotated[Amount, wire("insuredFee", "Insurance fee")]
    currency: Annotated[str, wire("currency", "Currency, 3-digit code", 3, 3)]
    gross_weight: Annotated[Amount, wire("grossWeight", "Gross weight in kg")]
    pack_no: Annotated[int, wire("packNo", "Number of packages", digits=9)]
    goods_info: Annotated[
        str, wire("goodsInfo", "Main goods as the logistics enterprise sees them", None, 200, earlier=(1, 200))
    ]
    ebc_code: Annotated[str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18)] = None
    ebc_name: Annotated[str | None, wire("ebcName", "Name of the enterprise as registered with customs", None, 100)] = (
        None
    )
    ebc_telephone: Annotated[str | None, wire("ebcTelephone", "Telephone of the e-commerce enterprise", None, 50)] = (
        None
    )
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportWaybillReceipt(Contract):
    """Receipt 506 for an export waybill."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18)]
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(None, 80))
    ]
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
