"""What people write in documents: normalising it for comparison, and the structure of identity-card numbers."""

import re
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"


def normalise(text: str) -> str:
    """A name, address, number or telephone without any blank, full-width ones included (RULEBOOK B.2 M10)."""
    return "".join(text.split())


def normalise_id_number(number: str) -> str:
    """An identity-card number without blanks and with a capital X."""
    return normalise(number).upper()


def is_id_number(number: str, on: date) -> bool:
    """Whether an 18-digit identity-card number is well formed (GB 11643): birth day up to `on`, check by MOD 11-2."""
    written = normalise_id_number(number)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", written):
        return False
    try:
        born = date(int(written[6:10]), int(written[10:12]), int(written[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, written, strict=False))
    return born <= on and CHECK_CHARACTERS[total % 11] == written[17]
