"""Values as they may be shown in a problem: short, and masked where they identify a person (DESIGN law 10)."""

PERSONAL = frozenset(
    {
        "buyer_reg_no",
        "buyer_name",
        "buyer_telephone",
        "buyer_id_number",
        "payer_name",
        "payer_id_number",
        "telephone",
        "consignee",
        "consignee_telephone",
        "consignee_address",
        "note",
        "ori_biz_message",
        "content",
        "return_info",
    }
)
"""Fields that hold, or may hold, what identifies a person."""

_LONGEST_SHOWN = 60


def shown(field: str | None, value: object) -> str | None:
    """The value of a field for a problem's text; None where there is none, or where it is a structure."""
    if value is None or isinstance(value, (dict, list, tuple)):
        return None
    text = "".join(sign if sign.isprintable() else "�" for sign in str(value)[:1000])
    if field is None or field in PERSONAL:
        return text[:1] + "*" * min(len(text) - 1, 6) if len(text) > 1 else "*" * len(text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
