"""The waybill, CEB511: which parcel carries the order to whom (RULEBOOK B.1; REFERENCE §3)."""

from typing import Annotated, Literal

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Amount, wire
from clearway.contracts.documents.head import DocumentHead


class Waybill(DocumentHead):
    """A waybill, always sent by the logistics enterprise itself."""

    kind: Literal["waybill"] = Field("waybill", description="Ours: which document this is, for readers of JSON")
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", 1, 100)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number; not reused within 6 months", 1, 60)]
    bill_no: Annotated[str | None, wire("billNo", "Bill of lading or master waybill; 9610 only", None, 37)] = None
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", 1, 60, pattern=ONE_LINE)]
    freight: Annotated[Amount | None, wire("freight", "Freight")] = None
    insured_fee: Annotated[Amount | None, wire("insuredFee", "Insurance fee")] = None
    currency: Annotated[str, wire("currency", "Currency: restricted to 142 (CNY)", 3, 3)] = "142"
    weight: Annotated[Amount, wire("weight", "Gross weight in kg")]
    pack_no: Annotated[int, wire("packNo", "Number of packages; restricted to 1", digits=9)] = 1
    goods_info: Annotated[str | None, wire("goodsInfo", "Main goods carried (names, quantity)", None, 200)] = None
    consignee: Annotated[str, wire("consignee", "Consignee name", 1, 100)]
    consignee_address: Annotated[str, wire("consigneeAddress", "Consignee's address; equals the waybill's", 1, 200)]
    consignee_telephone: Annotated[str, wire("consigneeTelephone", "Consignee telephone", 1, 50)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    departure_country: str | None = Field(
        None, max_length=3, description="Ours: country of departure, 3-digit code (RULEBOOK D-31)"
    )
