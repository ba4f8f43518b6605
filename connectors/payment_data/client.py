"""Uploads the payment data that customs asked for (realTimeDataUpload; REFERENCE §9)."""

from typing import Annotated, NamedTuple
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from clearway.contracts.payment_data import TAKEN
from connectors.errors import Unavailable
from connectors.exchange import PATIENCE, door, post

PLATFORM = "customs' payment data"
FORM = "application/x-www-form-urlencoded"


class Reply(NamedTuple):
    """Customs' answer, as it was read and as it came."""

    code: str
    message: str
    text: str

    @property
    def taken(self) -> bool:
        """Whether customs has the data."""
        return self.code == TAKEN


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: Annotated[str, BeforeValidator(str)]
    message: str | None = None


class PaymentDataClient:
    """Client of the upload; one `httpx.Client` may serve many threads."""

    def __init__(self, url: str, http: httpx.Client, *, timeout: httpx.Timeout = PATIENCE) -> None:
        """`url` is the whole address; raises ValueError for one that is none."""
        self._url = door(url, "")
        self._http = http
        self._timeout = timeout

    def upload(self, pay_ex_info: str) -> Reply:
        """Upload the text of `payExInfoStr`; customs' answer, be it yes or no.

        The same text again does no harm. Raises Unavailable when it is not known whether customs has it, Refused when
        customs' door refuses it by an HTTP status.
        """
        content = urlencode({"payExInfoStr": pay_ex_info}).encode()
        headers = {"content-type": FORM, "accept": "application/json"}
        answer = post(self._http, self._url, content, platform=PLATFORM, headers=headers, timeout=self._timeout)
        try:
            told = _Body.model_validate_json(answer.content)
        except ValidationError:
            raise Unavailable(PLATFORM, f"answered HTTP {answer.status_code} with no code") from None
        return Reply(told.code, told.message or "", answer.text)
