"""The code tables of the wire: which there are, which elements hold their codes, and where their rows are kept."""

from typing import NamedTuple


class Table(NamedTuple):
    """One code table. Rows that the rules need too are kept with the rules, once, and read there as data."""

    name: str
    title_en: str
    title_zh: str
    elements: tuple[str, ...]
    """Wire elements that hold its codes; `BaseSubscribe/status` where the name alone is not enough."""
    kept_with_rules: str = ""
    """File of `clearway/rules/parameters/tables` that holds its rows; the rest is in this package's own data."""
    only: tuple[str, ...] = ()
    """Of that file these codes alone; empty means all."""
    complete: bool = True
    """A code that is missing does not exist. Of a sample a missing code says nothing."""


_EVERY = (
    Table("app_types", "submission type", "申报类型", ("appType",)),
    Table("app_statuses", "business status", "业务状态", ("appStatus",)),
    Table("order_types", "order type", "订单类型", ("orderType",)),
    Table("id_types", "identity document type", "证件类型", ("buyerIdType", "payerIdType")),
    Table("ie_flags", "import or export", "进出口标记", ("ieFlag",)),
    Table("logistics_statuses", "waybill status", "物流签收状态", ("logisticsStatus",)),
    Table("statistics_flags", "export declaration type", "出口申报业务类型", ("statisticsFlag",)),
    Table("charge_flags", "how freight or insurance is stated", "运费、保费标记", ("fFlag", "iFlag")),
    Table("summary_flags", "how a summary is made", "汇总标志", ("summaryFlag",)),
    Table("item_name_flags", "how goods are named in a summary", "商品名称汇总标志", ("itemNameFlag",)),
    Table("tax_statuses", "tax bill status", "电子税单状态", ("TaxHeadRd/status", "TaxHeadStatus/status")),
    Table("subscriptions", "what a subscriber gets", "订阅方式", ("BaseSubscribe/status",)),
    Table("transmission_modes", "transmission mode", "传输模式", ("dxpMode",)),
    Table("declaration_states", "state of a customs declaration", "报关单状态", ("decState",), complete=False),
    Table(
        "trade_modes",
        "supervision mode",
        "监管方式",
        ("tradeMode",),
        kept_with_rules="supervision_modes",
        only=("9710", "9810", "9661", "1261"),
    ),
    Table("transport_modes", "transport mode", "运输方式", ("trafMode",), kept_with_rules="transport_modes"),
    Table("wrappings", "wrapping", "包装种类", ("wrapType",)),
    Table("currencies", "currency", "币制", ("currency", "fCurrency", "iCurrency"), kept_with_rules="currencies"),
    Table("countries", "country or region", "国别（地区）", ("country", "tradeCountry"), kept_with_rules="countries"),
    Table("units", "unit", "计量单位", ("unit", "unit1", "unit2"), kept_with_rules="units"),
    Table(
        "customs_districts",
        "customs district or office",
        "关区",
        ("customsCode", "portCode"),
        kept_with_rules="customs_districts",
        complete=False,
    ),
    Table("return_statuses", "result of a receipt", "回执状态", ("returnStatus",)),
)

TABLES = {table.name: table for table in _EVERY}
"""Every code table of the messages (REFERENCE §5), by its name."""

TABLE_OF_ELEMENT = {element: table.name for table in _EVERY for element in table.elements}
"""Name of a wire element → the table whose codes it holds; `status` means something else under each parent."""


def table_of(element: str, parent: str = "") -> Table | None:
    """The table whose codes an element holds, if any; `parent` is the element's own parent, e.g. `TaxHeadRd`."""
    name = TABLE_OF_ELEMENT.get(f"{parent}/{element}") or TABLE_OF_ELEMENT.get(element)
    return TABLES[name] if name else None
