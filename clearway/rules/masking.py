"""Masking of personal values: enough stays to recognise one's own, too little to learn another's (DESIGN law 10)."""

from collections.abc import Callable

STAR = "*"


def mask_name(name: str) -> str:
    """Keep the first character: 张三 becomes 张*."""
    return name[:1] + STAR * (len(name) - 1) if len(name) > 1 else STAR


def mask_id_number(number: str) -> str:
    """Keep the region and the last four: 110105********002X; a number shorter than 14 shows nothing."""
    return _keep_ends(number, 6, 4) if len(number) >= 14 else STAR * len(number)


def mask_phone(number: str) -> str:
    """Keep the first three and the last four: 138****0000; a number shorter than 9 keeps its last two."""
    return _keep_ends(number, 3, 4) if len(number) >= 9 else _keep_ends(number, 0, 2)


def mask_address(address: str) -> str:
    """Keep the first six characters, in a short address half of them: 浙江省杭州市****."""
    return address[: min(6, len(address) // 2)] + STAR * 4


def _keep_ends(text: str, first: int, last: int) -> str:
    hidden = max(len(text) - first - last, 0)
    return text[:first] + STAR * hidden + text[len(text) - last :] if hidden else STAR * len(text)


PERSONAL_FIELDS: dict[str, Callable[[str], str]] = {
    "buyer_name": mask_name,
    "payer_name": mask_name,
    "consignee": mask_name,
    "individual_name": mask_name,
    "buyer_id_number": mask_id_number,
    "payer_id_number": mask_id_number,
    "individual_id_number": mask_id_number,
    "holder_id_number": mask_id_number,
    "buyer_telephone": mask_phone,
    "consignee_telephone": mask_phone,
    "individual_telephone": mask_phone,
    "telephone": mask_phone,
    "consignee_address": mask_address,
}
"""How each personal field of the documents is masked."""


def mask_field(field: str, value: str) -> str:
    """Mask a value by the name of its field, which may be a pointer; other fields stay as they are."""
    mask = PERSONAL_FIELDS.get(field.rpartition(".")[2])
    return mask(value) if mask else value
