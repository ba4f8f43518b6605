"""The card in its reader: a client of the E-Port control's websocket on the same machine (REFERENCE §7.3).

Needs the extra `clearway[ukey]`. One UKey holds one connection and answers one caller at a time; several cards, each
at a control of its own, go into a KeyPool.
"""

import base64
import binascii
import itertools
import json
import re
import threading
import time
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

from clearway.contracts.problems import Problem
from clearway.messages.signatures.certificates import read_certificate
from clearway.messages.signatures.default_passwords import default_password_problem
from clearway.messages.signatures.public_keys import KeyKind
from clearway.messages.signatures.refusals import KeyRefused, SignerUnavailable, key_problem

try:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import ClientConnection, connect
except ModuleNotFoundError as error:  # pragma: no cover - the extra is installed wherever this project is tested
    raise ModuleNotFoundError("cards need the package websockets: install clearway[ukey]") from error

CONTROL = "ws://127.0.0.1:61232"
"""Where the E-Port control listens."""

_SIGN = "cus-sec_SpcSignDataAsPEM"
_CERTIFICATE = "cus-sec_SpcGetSignCertAsPEM"
_ANSWERED = "00"
_PASSWORD_WRONG = re.compile("口令|密码|pin|passw", re.IGNORECASE)  # inferred: no document lists the card's words


class UKey:
    """A PrivateKey that lies in a card."""

    def __init__(self, password: str, *, name: str, kind: KeyKind, url: str = CONTROL, seconds: float = 10.0) -> None:
        """Name the card by its certificate's serial number in hex; `seconds` is how long one answer may take.

        Nothing is sent yet. Raises KeyRefused for a password that cards are delivered with.
        """
        if delivered := default_password_problem(password):
            raise KeyRefused([delivered])
        self.name = name
        self.kind = kind
        self._password = password
        self._url = url
        self._seconds = seconds
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._held = ExitStack()
        self._connection: ClientConnection | None = None
        self._certificate: bytes | None = None
        self._password_refused = False

    @property
    def certificate(self) -> bytes | None:
        """The card's certificate in DER, asked for once. Raises SignerUnavailable; KeyRefused for another kind."""
        if self._certificate is None:
            [text, *_] = self._ask(_CERTIFICATE, {})
            certificate = _decoded(text)
            try:
                kind = read_certificate(certificate).public_key.kind
            except ValueError:
                raise SignerUnavailable("the card's certificate cannot be read") from None
            if kind is not self.kind:
                raise KeyRefused([_another_card(f"an {kind} card", f"{kind} 卡")])
            self._certificate = certificate
        return self._certificate

    def sign(self, data: bytes) -> bytes:
        """The card's signature. Raises SignerUnavailable; KeyRefused if another card is in the reader.

        A password that the card refused once is never tried again, so that retries do not lock the card.
        """
        values = self._ask(_SIGN, {"inData": data.decode(), "passwd": self._password})
        if len(values) < 2 or values[1].lower() != self.name.lower():
            raise KeyRefused([_another_card("a card of another number", "另一张卡")])
        return _decoded(values[0])

    def close(self) -> None:
        """End the connection; the next signature opens a new one."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, args: dict[str, str]) -> list[str]:
        """The values of the control's answer; one question at a time. Raises SignerUnavailable."""
        with self._lock:
            if self._password_refused:  # some more tries, and the card locks itself
                raise KeyRefused([_password_refused()])
            number = next(self._ids)
            question = json.dumps({"_method": method, "_id": number, "args": args}, ensure_ascii=False)
            try:
                connection = self._connection or self._connect()
                connection.send(question)
                answer = self._answer(connection, method, number)
            except (OSError, WebSocketException, ValueError) as error:
                self._drop()  # an answer that comes late must not be taken for the next one's
                raise SignerUnavailable(f"the E-Port control does not answer: {type(error).__name__}") from None
            try:
                return _values(answer)
            except SignerUnavailable as failed:
                self._password_refused = bool(_PASSWORD_WRONG.search(str(failed)))
                if self._password_refused:
                    raise KeyRefused([_password_refused()]) from None
                raise

    def _connect(self) -> ClientConnection:
        opening = connect(self._url, open_timeout=self._seconds, close_timeout=1, proxy=None)
        self._connection = self._held.enter_context(opening)
        return self._connection

    def _answer(self, connection: ClientConnection, method: str, number: int) -> dict[str, Any]:
        """The answer with our number; greetings and news of the control are passed over. Raises ValueError."""
        until = time.monotonic() + self._seconds
        while True:
            answer = json.loads(connection.recv(timeout=max(0.0, until - time.monotonic())))
            if not isinstance(answer, dict):
                raise ValueError("no object")
            if answer.get("_method") == method and str(answer.get("_id")) == str(number):
                return answer

    def _drop(self) -> None:
        self._connection = None
        with suppress(OSError, WebSocketException):  # it is given up in any case
            self._held.close()


def _values(answer: dict[str, Any]) -> list[str]:
    """`_args.Data` of an answer that says it went well; raises SignerUnavailable with the control's error codes."""
    args = answer.get("_args")
    args = args if isinstance(args, dict) else {}
    data, errors = args.get("Data"), args.get("Error")
    if answer.get("_status", _ANSWERED) == _ANSWERED and args.get("Result") is True and isinstance(data, list) and data:
        return [str(value) for value in data]
    told = "; ".join(str(error)[:100] for error in errors[:3]) if isinstance(errors, list) else ""
    raise SignerUnavailable(f"the card gave no signature: {told or 'no reason told'}")


def _decoded(text: str) -> bytes:
    """Base64, with or without the lines of PEM around it; raises SignerUnavailable."""
    body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SignerUnavailable("the card's answer is not base64") from None


def _password_refused() -> Problem:
    return key_problem(
        "E_CARD_PASSWORD",
        ("the card refused the password; it is not tried again", "卡口令错误，不再重试以免锁卡"),
        (
            "Check the password in the E-Port client, configure it and start again",
            "请在电子口岸客户端核对口令，更正配置后重启",
        ),
    )


def _another_card(english: str, chinese: str) -> Problem:
    return key_problem(
        "E_ANOTHER_CARD",
        (f"{english} is in the reader, not the one that is configured", f"读卡器中是{chinese}，与配置不符"),
        ("Put the configured card in, or configure this one", "请插入所配置的卡，或更改配置"),
    )
