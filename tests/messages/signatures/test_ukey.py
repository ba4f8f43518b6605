"""A card behind the E-Port control: what it answers well, wrongly, late or not at all."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    KeyPool,
    KeyRefused,
    SignerUnavailable,
    Trust,
    XmlSigner,
    sign_message,
    verify,
)
from clearway.messages.signatures.ukey import UKey

MESSAGE = b'<c:R xmlns:c="urn:c"><c:a/></c:R>'
PASSWORD = "of-our-own-71"
Answer = Callable[[ServerConnection, dict[str, Any]], None]


class Control:
    """A stand-in for the E-Port control: greets, and answers as it is told to."""

    def __init__(self, key: FileKey) -> None:
        self.key = key
        self.answer: Answer = self.well
        self.asked: list[dict[str, Any]] = []
        self.connections = 0

    def serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        connection.send(json.dumps({"_id": 0, "_method": "open", "_status": "00", "_args": {}}))
        try:
            for text in connection:
                question = json.loads(text)
                self.asked.append(question)
                self.answer(connection, question)
        except ConnectionClosed:
            pass

    def well(self, connection: ServerConnection, question: dict[str, Any]) -> None:
        if question["_method"] == "cus-sec_SpcGetSignCertAsPEM":
            assert self.key.certificate
            return tell(connection, question, [base64.b64encode(self.key.certificate).decode()])
        assert question["args"]["passwd"] == PASSWORD
        signature = self.key.sign(question["args"]["inData"].encode())
        return tell(connection, question, [base64.b64encode(signature).decode(), self.key.name])


def tell(connection: ServerConnection, question: dict[str, Any], data: list[str], errors: tuple[str, ...] = ()) -> None:
    args = {"Result": not errors, "Data": data, "Error": list(errors)}
    answer = {"_id": question["_id"], "_method": question["_method"], "_status": "00", "_args": args}
    connection.send(json.dumps(answer, ensure_ascii=False))


@contextmanager
def running(control: Control) -> Iterator[str]:
    with serve(control.serve, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def control(keys: dict[KeyKind, FileKey]) -> Control:
    return Control(keys[KeyKind.SM2])


@pytest.fixture
def card(control: Control) -> Iterator[UKey]:
    with running(control) as url, UKey(PASSWORD, name=control.key.name, kind=KeyKind.SM2, url=url, seconds=2) as card:
        yield card


def test_a_card_signs_messages(card: UKey, control: Control, trust: Trust) -> None:
    for _ in range(3):
        assert verify(sign_message(MESSAGE, XmlSigner(card)), trust).key_name == control.key.name
    assert control.connections == 1
    methods = [question["_method"] for question in control.asked]
    assert methods.count("cus-sec_SpcGetSignCertAsPEM") == 1
    assert control.asked[0]["args"]["inData"].startswith("<ds:SignedInfo xmlns:c=")
    assert len({question["_id"] for question in control.asked}) == len(control.asked)


def test_cards_go_into_a_pool(card: UKey, trust: Trust) -> None:
    assert verify(sign_message(MESSAGE, KeyPool([card])), trust).key_name == card.name


def test_another_card_in_the_reader_is_noticed(card: UKey, control: Control) -> None:
    def other(connection: ServerConnection, question: dict[str, Any]) -> None:
        tell(connection, question, ["AAAA", "0a0b"])

    control.answer = other
    with pytest.raises(KeyRefused, match="E_ANOTHER_CARD"):
        card.sign(b"data")


def test_a_card_of_another_kind_is_noticed(control: Control) -> None:
    with (
        running(control) as url,
        UKey(PASSWORD, name=control.key.name, kind=KeyKind.RSA, url=url) as card,
        pytest.raises(KeyRefused, match="E_ANOTHER_CARD"),
    ):
        assert card.certificate


def test_the_cards_own_words_are_told_when_it_fails(card: UKey, control: Control) -> None:
    def fails(connection: ServerConnection, question: dict[str, Any]) -> None:
        tell(connection, question, [], ("[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070"))

    control.answer = fails
    with pytest.raises(SignerUnavailable, match="Custom50070"):
        card.sign(b"data")


def test_a_password_that_the_card_refused_is_not_tried_again(card: UKey, control: Control) -> None:
    """Else retries lock the card."""

    def refuses(connection: ServerConnection, question: dict[str, Any]) -> None:
        tell(connection, question, [], ("校验用户PIN失败", "Err:Custom50020"))

    control.answer = refuses
    for _ in range(3):
        with pytest.raises(KeyRefused, match="E_CARD_PASSWORD"):
            card.sign(b"data")
    assert len(control.asked) == 1


@pytest.mark.parametrize("said", ["no json", "[]", '"x"', "7"])
def test_an_answer_that_is_none_is_no_signature(said: str, card: UKey, control: Control) -> None:
    control.answer = lambda connection, _: connection.send(said)
    with pytest.raises(SignerUnavailable, match="does not answer"):
        card.sign(b"data")


@pytest.mark.parametrize("args", [None, {}, {"Result": True}, {"Result": True, "Data": []}, {"Data": ["AAAA", "x"]}])
def test_an_answer_without_a_result_is_no_signature(args: object, card: UKey, control: Control) -> None:
    def answer(connection: ServerConnection, question: dict[str, Any]) -> None:
        connection.send(json.dumps({"_id": question["_id"], "_method": question["_method"], "_args": args}))

    control.answer = answer
    with pytest.raises(SignerUnavailable, match="gave no signature"):
        card.sign(b"data")


def test_a_card_that_is_silent_is_not_waited_for_and_its_late_answer_not_taken(control: Control, trust: Trust) -> None:
    late: list[tuple[ServerConnection, dict[str, Any]]] = []
    with running(control) as url, UKey(PASSWORD, name=control.key.name, kind=KeyKind.SM2, url=url, seconds=0.2) as card:
        control.answer = lambda connection, question: late.append((connection, question))
        with pytest.raises(SignerUnavailable, match="TimeoutError"):
            card.sign(b"first")
        control.answer = control.well
        assert control.key.public_key.verify(b"second", card.sign(b"second"))
    assert (len(late), control.connections) == (1, 2)


def test_a_control_that_went_away_is_asked_anew(card: UKey, control: Control) -> None:
    assert card.sign(b"data")
    control.answer = lambda connection, _: connection.close()
    with pytest.raises(SignerUnavailable, match="does not answer"):
        card.sign(b"data")
    control.answer = control.well
    assert control.key.public_key.verify(b"data", card.sign(b"data"))


def test_where_nobody_listens_no_card_signs() -> None:
    with pytest.raises(SignerUnavailable, match="does not answer"):
        UKey(PASSWORD, name="01", kind=KeyKind.SM2, url="ws://127.0.0.1:9").sign(b"data")


def test_a_password_that_cards_are_delivered_with_is_refused() -> None:
    with pytest.raises(KeyRefused, match="E_DEFAULT_PASSWORD"):
        UKey("88888888", name="01", kind=KeyKind.SM2)
