"""Rows of the parameter tables. A new table is a file `parameters/tables/<name>.yaml` and a row class in TABLES."""

from clearway.rules.tables.articles import ArticleCategory, ControlledArticle
from clearway.rules.tables.codes import (
    Country,
    Currency,
    CustomsDistrict,
    IsoCode,
    NamedCode,
    SupervisionMode,
    TransportMode,
)
from clearway.rules.tables.findings import FindingRow
from clearway.rules.tables.goods import Band, ConsumptionTax, Goods, Measure, MeasureOf, Unit
from clearway.rules.tables.holidays import Holidays
from clearway.rules.tables.licences import Licence, LicenceKind, LicenceWaiver, LicensedGoods, Suspension
from clearway.rules.tables.places import EligibleRegion, PlaceKind, Region, TradeMode, Zone, ZoneType
from clearway.rules.tables.remarks import BondedOnly, Exclusion, NameLimit, Remark, RemarkGroup, WeightLimit
from clearway.rules.tables.row import Quantity, QuotedDecimal, Rate, Row

__all__ = [
    "PREFIXES",
    "TABLES",
    "ArticleCategory",
    "Band",
    "BondedOnly",
    "ConsumptionTax",
    "ControlledArticle",
    "Country",
    "Currency",
    "CustomsDistrict",
    "EligibleRegion",
    "Exclusion",
    "FindingRow",
    "Goods",
    "Holidays",
    "IsoCode",
    "Licence",
    "LicenceKind",
    "LicenceWaiver",
    "LicensedGoods",
    "Measure",
    "MeasureOf",
    "NameLimit",
    "NamedCode",
    "PlaceKind",
    "Quantity",
    "QuotedDecimal",
    "Rate",
    "Region",
    "Remark",
    "RemarkGroup",
    "Row",
    "SupervisionMode",
    "Suspension",
    "TradeMode",
    "TransportMode",
    "Unit",
    "WeightLimit",
    "Zone",
    "ZoneType",
    "in_words",
]


def in_words(value: object) -> str:
    """A value as people read it on a page of its own; of goods also what no tax needs."""
    if not isinstance(value, Goods):
        return str(value)
    listed = "on the positive list" if value.positive_list else "not on the positive list"
    return f"{value}, {listed}, units {' and '.join(value.units)}"


TABLES: dict[str, type[Row]] = {
    "goods": Goods,
    "remark_groups": RemarkGroup,
    "regions": Region,
    "eligible_regions": EligibleRegion,
    "zones": Zone,
    "zone_types": ZoneType,
    "licences": LicensedGoods,
    "licence_waivers": LicenceWaiver,
    "suspensions": Suspension,
    "consumption_taxes": ConsumptionTax,
    "trade_modes": TradeMode,
    "units": Unit,
    "currencies": Currency,
    "countries": Country,
    "transport_modes": TransportMode,
    "customs_districts": CustomsDistrict,
    "supervision_modes": SupervisionMode,
    "holidays": Holidays,
    "article_categories": ArticleCategory,
    "controlled_articles": ControlledArticle,
    "findings": FindingRow,
}
"""The row class of every table, by the name of its file."""

PREFIXES = {
    "consumption_taxes": "consumption_tax",
    "trade_modes": "trade_mode",
    "remark_groups": "remark_group",
    "regions": "region",
    "eligible_regions": "eligible_region",
    "zones": "zone",
    "zone_types": "zone_type",
    "licences": "licence",
    "licence_waivers": "licence_waiver",
    "suspensions": "suspension",
    "units": "unit",
    "currencies": "currency",
    "countries": "country",
    "transport_modes": "transport_mode",
    "customs_districts": "customs_district",
    "supervision_modes": "supervision_mode",
    "article_categories": "article_category",
    "controlled_articles": "controlled_article",
    "findings": "finding",
}
"""What a rule's id begins with, where it is not the table's name: `unit.035`."""
