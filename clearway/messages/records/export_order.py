"""The export order, CEB303: what was sold, or booked into an overseas warehouse; and customs' receipt, CEB304."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportOrderLine(Contract):
    """One line of goods."""

    gnum: Annotated[int, wire("gnum", "Item number, counting up from 1", digits=5)]
    item_no: Annotated[str, wire("itemNo", "Article number of the enterprise (SKU)", None, 30, earlier=(1, 30))]
    item_name: Annotated[str, wire("itemName", "Article name of the enterprise (Chinese)", None, 250, earlier=(1, 250))]
    item_description: Annotated[str | None, wire("itemDescribe", "Article description", None, 1000)] = None
    barcode: Annotated[str | None, wire("barCode", "Bar code", None, 50)] = None
    unit: Annotated[str, wire("unit", "Unit code (customs 3-digit unit table)", 3, 3)]
    currency: Annotated[str, wire("currency", "Currency, 3-digit code", 3, 3)]
    qty: Annotated[Amount, wire("qty", "Quantity")]
    price: Annotated[Amount, wire("price", "Unit price")]
    total_price: Annotated[Amount, wire("totalPrice", "Total price = price x qty")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportOrder(ExportHead):
    """An order of the platform, sent by the platform or the e-commerce enterprise."""

    order_type: Annotated[str, wire("orderType", "E B2C export, B B2B export, W overseas-warehouse booking", 1, 1)]
    order_no: Annotated[
        str,
        wire(
            "orderNo",
            "Order or overseas-warehouse booking number, unique within one platform",
            None,
            60,
            earlier=(1, 60),
        ),
    ]
    ebp_code: Annotated[
        str,
        wire(
            "ebpCode",
            "Platform: customs or credit code; '无' for a foreign platform without one",
            None,
            18,
            earlier=(1, 50),
        ),
    ]
    ebp_name: Annotated[
        str, wire("ebpName", "Name of the platform or of the overseas warehouse", None, 100, earlier=(1, 100))
    ]
    ebc_code: Annotated[
        str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    ebc_name: Annotated[
        str, wire("ebcName", "Name of the enterprise as registered with customs", None, 100, earlier=(1, 100))
    ]
    goods_value: Annotated[Amount, wire("goodsValue", "Goods value: real deal price, FOB, incl. non-cash deductions")]
    freight: Annotated[Amount, wire("freight", "Freight; '0' if none")]
    currency: Annotated[str, wire("currency", "Currency, 3-digit code", 3, 3)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[ExportOrderLine, ...] = Field(min_length=1, max_length=100, description="The goods, 1 to 100 lines")


class ExportOrderReceipt(Contract):
    """Receipt 304 for an export order."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", None, 18, earlier=(1, 50))]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18)]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", None, 60)]
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
