"""The codes with which the exchange answers (REFERENCE §6.4, table 7-1 of the specification)."""

from enum import StrEnum


class DxpCode(StrEnum):
    """Published codes; 4000 to 9999 are the users' own, and a code that is in neither is kept as it came."""

    FORMAT = "0001"
    SCHEMA = "0002"
    OTHER_FORMAT = "0999"
    SIGNATURE_INVALID = "1001"
    SIGNATURE_EXPIRED = "1002"
    DECRYPTION = "1003"
    SIGNATURE_OF_OTHER_DATA = "1004"
    OTHER_SECURITY = "1999"
    NO_SUCH_RECEIVER = "2001"
    OTHER_ADDRESS = "2002"
    OTHER_BUSINESS = "2999"
    DATABASE = "3001"
    REMOTE_CONNECTION = "3002"
    TIME_OUT = "3003"
    OTHER_SYSTEM = "3999"

    @classmethod
    def of(cls, code: str) -> "DxpCode | None":
        """The published code of this number, or None."""
        return next((known for known in cls if known == code), None)

    @property
    def worth_repeating(self) -> bool:
        """Whether the same message may pass later: the fault lies with the exchange, not with the message."""
        return self.startswith("3")
