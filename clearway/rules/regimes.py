"""Which regime applies, by channel, day and profile (RULEBOOK A.4)."""

from datetime import date
from enum import StrEnum

from clearway.rules.parameters import parameters
from clearway.rules.series import Dated


class Channel(StrEnum):
    """What a regime is asked for, and the Shanghai day that selects it."""

    RETAIL = "RETAIL"
    """Tax of a retail import 1210, 1239 or 9610; the acceptance day (D-01)."""
    ARTICLES = "ARTICLES"
    """Tax of an individual's articles; the acceptance day."""
    B2B = "B2B"
    """Tax of goods between enterprises and of goods pushed out of the retail channel; the acceptance day."""
    RETURNS = "RETURNS"
    """Returns of a retail import; the release day."""
    EXPORT_SUMMARY = "EXPORT_SUMMARY"
    """Monthly summary of 9610 exports; the day the list was closed."""
    EXPORT_STATISTICS = "EXPORT_STATISTICS"
    """The same for lists of the simplified way, which need no summary; the day the list was closed."""
    EXPORT_DOCUMENTS = "EXPORT_DOCUMENTS"
    """Documents of an export; the declaration day."""


_RULES = {
    Channel.RETAIL: "tax.regime",
    Channel.ARTICLES: "articles.regime",
    Channel.B2B: "tax.goods_regime",
    Channel.RETURNS: "returns.regime",
    Channel.EXPORT_SUMMARY: "export.summary_regime",
    Channel.EXPORT_STATISTICS: "export.statistics_regime",
    Channel.EXPORT_DOCUMENTS: "export.documents_regime",
}


def regime(channel: Channel, *, on: date, profile: str = "SEED") -> Dated[str]:
    """The regime's id as in the table of A.4, on the Shanghai day that the channel names.

    Raises NoRuleInForce before the channel's first regime, ValueError for an unknown profile.
    """
    return parameters().text(_RULES[channel], on=on, profile=profile)
