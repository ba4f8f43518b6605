"""The two ways an outside platform can fail us: try again, or do not (DESIGN law 8)."""

from datetime import timedelta


class Unavailable(Exception):
    """The platform did not answer properly; the same request may be sent again.

    `retry_after` is the pause the platform asked for, if it asked for one. The text holds no personal data.
    """

    def __init__(self, platform: str, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(platform, reason, retry_after)
        self.platform = platform
        self.reason = reason
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.platform} is unavailable: {self.reason}"


class Refused(Exception):
    """The platform understood and said no; sending the same request again cannot help.

    `code` is the platform's own code, or `HTTP_nnn` where it gave none; `reason` is its text.
    """

    def __init__(self, platform: str, code: str, reason: str) -> None:
        super().__init__(platform, code, reason)
        self.platform = platform
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.platform} refused with {self.code}: {self.reason}"
