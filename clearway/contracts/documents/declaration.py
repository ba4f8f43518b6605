"""The Declaration List, CEB621: the declaration itself, one per parcel and order (RULEBOOK B.4; REFERENCE §3)."""

from typing import Annotated, Literal

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Amount, Contract, Day, wire
from clearway.contracts.documents.head import DocumentHead


class DeclarationLine(Contract):
    """One declared line; its number is the order line's number."""

    gnum: Annotated[int, wire("gnum", "Item number from 1; matches the item number of the order one to one")]
    item_record_no: Annotated[
        str | None, wire("itemRecordNo", "Item record in the account book; required for bonded mode", None, 30)
    ] = None
    item_no: Annotated[
        str | None, wire("itemNo", "Article number of the enterprise (SKU)", None, 20, earlier=(None, 30))
    ] = None
    item_name: Annotated[str | None, wire("itemName", "Article name of the enterprise (Chinese)", None, 250)] = None
    hs_code: Annotated[str, wire("gcode", "HS code, 10 digits (8-digit tariff + 2)", 10, 10)]
    goods_name: Annotated[str, wire("gname", "Commodity name", 1, 250)]
    specification: Annotated[str, wire("gmodel", "Specification and model, for classification and valuation", 1, 510)]
    barcode: Annotated[str | None, wire("barCode", "Bar code; '无' if none", None, 50)] = None
    country: Annotated[str, wire("country", "Country of origin", 3, 3)]
    trade_country: Annotated[str | None, wire("tradeCountry", "Trading country code", 1, 3, earlier=(3, 3))] = None
    currency: Annotated[str, wire("currency", "Currency: restricted to 142 (CNY)", 3, 3)] = "142"
    qty: Annotated[Amount, wire("qty", "Quantity")]
    unit: Annotated[str, wire("unit", "Unit code (customs 3-digit unit table)", 3, 3)]
    qty1: Annotated[Amount, wire("qty1", "First statutory quantity")]
    unit1: Annotated[str, wire("unit1", "First statutory unit", 3, 3)]
    qty2: Annotated[Amount | None, wire("qty2", "Second statutory quantity")] = None
    unit2: Annotated[str | None, wire("unit2", "Second statutory unit", 3, 3)] = None
    price: Annotated[Amount, wire("price", "Unit price")]
    total_price: Annotated[Amount, wire("totalPrice", "Total price")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class DeclarationList(DocumentHead):
    """Declared by the e-commerce enterprise or its agent, with the legal effect of a declaration form."""

    kind: Literal["declaration_list"] = Field(
        "declaration_list", description="Ours: which document this is, for readers of JSON"
    )
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", 1, 60, pattern=ONE_LINE)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)]
    ebp_name: Annotated[str, wire("ebpName", "Name of the platform as registered with customs", 1, 100)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", 1, 18, pattern=ONE_LINE)]
    ebc_name: Annotated[str, wire("ebcName", "Name of the enterprise as registered with customs", 1, 100)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number; not reused within 6 months", 1, 60)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", 1, 100)]
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 20)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    assure_code: Annotated[str, wire("assureCode", "Guarantor: platform, e-commerce or logistics enterprise", 1, 30)]
    ems_no: Annotated[str | None, wire("emsNo", "Account book; required for bonded mode", None, 30)] = None
    invt_no: Annotated[str | None, wire("invtNo", "Customs number of the list, 18 characters", None, 18)] = None
    ie_flag: Annotated[str, wire("ieFlag", "I import, E export", 1, 1)] = "I"
    declared_on: Annotated[Day, wire("declTime", "Declaration date")]
    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    port_code: Annotated[str, wire("portCode", "Customs district of the border port, 4 digits", 4, 4)]
    ie_date: Annotated[Day | None, wire("ieDate", "Import date; empty for bonded goods")] = None
    buyer_id_type: Annotated[str, wire("buyerIdType", "1 identity card, the only one admitted", 1, 1)] = "1"
    buyer_id_number: Annotated[str, wire("buyerIdNumber", "Buyer's identity-card number", 1, 60)]
    buyer_name: Annotated[str, wire("buyerName", "Buyer's real name", 1, 60)]
    buyer_telephone: Annotated[str, wire("buyerTelephone", "Buyer's telephone", 1, 30)]
    consignee_address: Annotated[str, wire("consigneeAddress", "Consignee's address; equals the waybill's", 1, 200)]
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", 1, 18)]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", 1, 100)]
    area_code: Annotated[str | None, wire("areaCode", "Warehouse in the zone; required for bonded mode", None, 18)] = (
        None
    )
    area_name: Annotated[str | None, wire("areaName", "Name of the warehouse; required for bonded mode", None, 100)] = (
        None
    )
    trade_mode: Annotated[str, wire("tradeMode", "9610 direct purchase, 1210 bonded", 4, 4)]
    traf_mode: Annotated[
        str, wire("trafMode", "Transport mode; 9610: cross-border leg, bonded: second-line exit", 1, 1)
    ]
    traf_no: Annotated[str | None, wire("trafNo", "Means of transport; 9610 only", None, 100)] = None
    voyage_no: Annotated[str | None, wire("voyageNo", "Voyage or flight; 9610 only", None, 32)] = None
    bill_no: Annotated[str | None, wire("billNo", "Bill of lading or master waybill; 9610 only", None, 37)] = None
    loct_no: Annotated[str | None, wire("loctNo", "Supervised site, where a district has several", None, 10)] = None
    license_no: Annotated[str | None, wire("licenseNo", "Licence number", None, 19)] = None
    country: Annotated[str, wire("country", "Direct import: country of departure; bonded import: '142'", 3, 3)]
    freight: Annotated[Amount, wire("freight", "Freight really charged by the logistics enterprise")]
    insured_fee: Annotated[Amount, wire("insuredFee", "Insurance really charged")]
    currency: Annotated[str, wire("currency", "Currency: restricted to 142 (CNY)", 3, 3)] = "142"
    wrap_type: Annotated[str | None, wire("wrapType", "Package type, 1 digit", 1, 1)] = None
    pack_no: Annotated[int, wire("packNo", "Number of packages; restricted to 1", digits=9)] = 1
    gross_weight: Annotated[Amount, wire("grossWeight", "Gross weight in kg")]
    net_weight: Annotated[Amount, wire("netWeight", "Net weight in kg")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[DeclarationLine, ...] = Field(
        min_length=1, max_length=99, description="The declared goods, 1 to 99 lines"
    )
