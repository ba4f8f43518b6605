"""The electronic order, CEB311: what was bought, by whom, for how much (RULEBOOK B.1; REFERENCE §3)."""

from typing import Annotated, Literal

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Amount, Contract, wire
from clearway.contracts.documents.head import DocumentHead


class OrderLine(Contract):
    """One line of goods; a gift has the price 0."""

    gnum: Annotated[int, wire("gnum", "Item number, counting up from 1")]
    item_no: Annotated[str | None, wire("itemNo", "Article number of the enterprise (SKU)", None, 30)] = None
    item_name: Annotated[str, wire("itemName", "Article name of the enterprise (Chinese)", 1, 250)]
    specification: Annotated[str, wire("gmodel", "Specification and model, for classification and valuation", 1, 510)]
    item_description: Annotated[str | None, wire("itemDescribe", "Article description", None, 1000)] = None
    barcode: Annotated[str | None, wire("barCode", "International bar code", None, 50)] = None
    unit: Annotated[str, wire("unit", "Unit code (customs 3-digit unit table)", 3, 3)]
    qty: Annotated[Amount, wire("qty", "Quantity")]
    price: Annotated[Amount, wire("price", "Unit price; gifts: '0'")]
    total_price: Annotated[Amount, wire("totalPrice", "Total price = price x qty")]
    currency: Annotated[str, wire("currency", "Currency: restricted to 142 (CNY)", 3, 3)] = "142"
    country: Annotated[str, wire("country", "Country of origin", 3, 3)]
    note: Annotated[str | None, wire("note", "Remark; e.g. promotion, price differing from the market", None, 1000)] = (
        None
    )


class Order(DocumentHead):
    """An order of the platform, sent by the e-commerce enterprise or the platform."""

    kind: Literal["order"] = Field("order", description="Ours: which document this is, for readers of JSON")
    order_type: Annotated[str, wire("orderType", "Order type: I import", 1, 1)] = "I"
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", 1, 60, pattern=ONE_LINE)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)]
    ebp_name: Annotated[str, wire("ebpName", "Name of the platform as registered with customs", 1, 100)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", 1, 18, pattern=ONE_LINE)]
    ebc_name: Annotated[str, wire("ebcName", "Name of the enterprise as registered with customs", 1, 100)]
    goods_value: Annotated[
        Amount, wire("goodsValue", "Goods value: real deal price incl. non-cash deductions, excl. freight")
    ]
    freight: Annotated[Amount, wire("freight", "Freight not included in the goods value; '0' if none")]
    discount: Annotated[Amount, wire("discount", "Non-cash deduction (points, virtual money, vouchers); '0' if none")]
    tax_total: Annotated[Amount, wire("taxTotal", "Tax withheld in advance by the enterprise; '0' if none")]
    actual_paid: Annotated[
        Amount,
        wire("acturalPaid", "Amount really paid = goods value + freight + tax - discount; equals the payment voucher"),
    ]
    currency: Annotated[str, wire("currency", "Currency: restricted to 142 (CNY)", 3, 3)] = "142"
    buyer_reg_no: Annotated[str, wire("buyerRegNo", "Buyer's account number on the platform", 1, 60)]
    buyer_name: Annotated[str, wire("buyerName", "Buyer's real name", 1, 60)]
    buyer_telephone: Annotated[str, wire("buyerTelephone", "Buyer's telephone", 1, 30)]
    buyer_id_type: Annotated[str, wire("buyerIdType", "1 identity card, the only one admitted", 1, 1)] = "1"
    buyer_id_number: Annotated[str, wire("buyerIdNumber", "Buyer's identity-card number", 1, 60)]
    pay_code: Annotated[str | None, wire("payCode", "Payment enterprise: customs code", None, 18)] = None
    pay_name: Annotated[str | None, wire("payName", "Payment enterprise name", None, 100)] = None
    pay_transaction_id: Annotated[
        str | None, wire("payTransactionId", "Payment enterprise's transaction number", None, 60)
    ] = None
    batch_numbers: Annotated[str | None, wire("batchNumbers", "Goods batch number", None, 100)] = None
    consignee: Annotated[str, wire("consignee", "Consignee name; must equal the name in the waybill (511)", 1, 100)]
    consignee_telephone: Annotated[
        str, wire("consigneeTelephone", "Consignee telephone; must equal the waybill (511)", 1, 50)
    ]
    consignee_address: Annotated[str, wire("consigneeAddress", "Consignee's address; equals the waybill's", 1, 200)]
    consignee_district: Annotated[
        str | None, wire("consigneeDistrict", "Administrative division of the address, 6 digits", 6, 6)
    ] = None
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    waybill_no: str | None = Field(
        None, max_length=60, description="Ours: the waybill, when the sender knows it (RULEBOOK D-31)"
    )
    lines: tuple[OrderLine, ...] = Field(min_length=1, max_length=99, description="The goods, 1 to 99 lines")
