"""The export list (出口清单), CEB603: the declaration of one parcel; and customs' receipt, CEB604."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Day, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportListLine(Contract):
    """One declared line."""

    gnum: Annotated[int, wire("gnum", "Item number from 1; matches the item number of the order", digits=5)]
    item_no: Annotated[str, wire("itemNo", "Article number of the enterprise (SKU)", None, 20, earlier=(1, 20))]
    item_record_no: Annotated[
        str | None, wire("itemRecordNo", "Item record in the account book; required for bonded exports", None, 30)
    ] = None
    item_name: Annotated[
        str | None, wire("itemName", "Article name; names the goods for the refund after the summary", None, 250)
    ] = None
    hs_code: Annotated[str, wire("gcode", "HS code, 10 digits", 10, 10)]
    goods_name: Annotated[str, wire("gname", "Commodity name", None, 250, earlier=(1, 250))]
    specification: Annotated[
        str, wire("gmodel", "Specification and model, for classification and valuation", None, 250, earlier=(1, 250))
    ]
    barcode: Annotated[str, wire("barCode", "Bar code; '无' if none", None, 50, earlier=(1, 50))]
    country: Annotated[str, wire("country", "Country of final destination, 3-digit code", 3, 3)]
    currency: Annotated[str, wire("currency", "Currency, 3-digit code", 3, 3)]
    qty: Annotated[Amount, wire("qty", "Quantity")]
    qty1: Annotated[Amount, wire("qty1", "First statutory quantity")]
    qty2: Annotated[Amount | None, wire("qty2", "Second statutory quantity")] = None
    unit: Annotated[str, wire("unit", "Unit code (customs 3-digit unit table)", 3, 3)]
    unit1: Annotated[str, wire("unit1", "First statutory unit", 3, 3)]
    unit2: Annotated[str | None, wire("unit2", "Second statutory unit", None, 3, earlier=(3, 3))] = None
    price: Annotated[Amount, wire("price", "Unit price, FOB")]
    total_price: Annotated[Amount, wire("totalPrice", "Total price = price x qty")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportList(ExportHead):
    """Declared by the e-commerce enterprise or its agent; the transport may follow in the master waybill, CEB607."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", None, 18, earlier=(1, 50))]
    ebp_name: Annotated[
        str, wire("ebpName", "Name of the platform as registered with customs", None, 100, earlier=(1, 100))
    ]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", None, 60, earlier=(1, 60))]
    logistics_code: Annotated[
        str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100, earlier=(1, 100))]
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(1, 80))
    ]
    cop_no: Annotated[str, wire("copNo", "Enterprise's own number of the document", None, 30, earlier=(1, 30))]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18)] = None
    invt_no: Annotated[
        str | None, wire("invtNo", "Customs number of the list, 18 to 20 characters", None, 20, earlier=(18, 18))
    ] = None
    ie_flag: Annotated[str, wire("ieFlag", "I import, E export", 1, 1)]
    port_code: Annotated[str, wire("portCode", "Customs district of the border port, 4 digits", 4, 4)]
    ie_date: Annotated[Day, wire("ieDate", "Export date")]
    statistics_flag: Annotated[str, wire("statisticsFlag", "A simplified declaration, B summary declaration", 1, 1)]
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, earlier=(1, 18))]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", None, 100, earlier=(1, 100))]
    ebc_code: Annotated[
        str, wire("ebcCode", "Consignor, the e-commerce enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    ebc_name: Annotated[
        str, wire("ebcName", "Name of the consignor as registered with customs", None, 100, earlier=(1, 100))
    ]
    owner_code: Annotated[
        str, wire("ownerCode", "Producer or seller; 'NO' when not registered with customs", None, 18, earlier=(1, 18))
    ]
    owner_name: Annotated[str, wire("ownerName", "Name of the producer or seller", None, 100, earlier=(1, 100))]
    iac_code: Annotated[str | None, wire("iacCode", "Enterprise in the special area; required there", None, 18)] = None
    iac_name: Annotated[str | None, wire("iacName", "Name of that enterprise; required there", None, 100)] = None
    ems_no: Annotated[str | None, wire("emsNo", "Account book of bonded goods", None, 30)] = None
    trade_mode: Annotated[
        str, wire("tradeMode", "9610 retail, 1210 special area, 9710 B2B direct, 9810 overseas warehouse", 4, 4)
    ]
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", 1, 1)]
    traf_name: Annotated[str | None, wire("trafName", "Name or number of the means of transport", None, 100)] = None
    voyage_no: Annotated[str | None, wire("voyageNo", "Voyage or flight", None, 32)] = None
    bill_no: Annotated[str | None, wire("billNo", "Bill of lading, master waybill or truck manifest", None, 37)] = None
    bulk_package_no: Annotated[
        str | None, wire("totalPackageNo", "Bulk bag or pallet; by post, the mail bag", None, 37, earlier=(None, 60))
    ] = None
    loct_no: Annotated[str | None, wire("loctNo", "Supervised site, where a district has several", None, 10)] = None
    license_no: Annotated[str | None, wire("licenseNo", "Licence number", None, 19)] = None
    country: Annotated[str, wire("country", "Country of arrival, 3-digit code", 3, 3)]
    destination_port: Annotated[str, wire("POD", "Port of destination", 3, 4)]
    freight: Annotated[Amount, wire("freight", "Freight")]
    freight_currency: Annotated[str, wire("fCurrency", "Currency of the freight", 3, 3)]
    freight_flag: Annotated[str, wire("fFlag", "What the freight is: 3 total; in 2018 also 1 rate, 2 unit price", 1, 1)]
    insured_fee: Annotated[Amount, wire("insuredFee", "Insurance fee")]
    insurance_currency: Annotated[str, wire("iCurrency", "Currency of the insurance", 3, 3)]
    insurance_flag: Annotated[
        str, wire("iFlag", "What the insurance is: 3 total; in 2018 also 1 rate, 2 unit price", 1, 1)
    ]
    wrap_type: Annotated[str, wire("wrapType", "Package type, 1 digit", 1, 1)]
    pack_no: Annotated[int, wire("packNo", "Number of packages", digits=9)]
    gross_weight: Annotated[Amount, wire("grossWeight", "Gross weight in kg")]
    net_weight: Annotated[Amount, wire("netWeight", "Net weight in kg")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[ExportListLine, ...] = Field(
        min_length=1, max_length=100, description="The declared goods, 1 to 100 lines"
    )


class ExportListReceipt(Contract):
    """Receipt 604 for an export list."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    agent_code: Annotated[
        str | None, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    invt_no: Annotated[
        str | None,
        wire("invtNo", "Customs number of the list, 18 to 20 characters", None, 20, earlier=(18, 18), due=True),
    ] = None
    ebc_code: Annotated[
        str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18, due=True)
    ] = None
    ebp_code: Annotated[
        str | None, wire("ebpCode", "E-commerce platform: customs or credit code", None, 18, earlier=(1, 50), due=True)
    ] = None
    order_no: Annotated[str | None, wire("orderNo", "Order number, unique within one platform", None, 60, due=True)] = (
        None
    )
    statistics_flag: Annotated[
        str | None, wire("statisticsFlag", "A simplified declaration, B summary declaration", 1, 1, due=True)
    ] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
