"""What is true of every transport; a transport's own tests inherit these facts and say what its other side is."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Protocol

import pytest

from connectors import Unavailable
from connectors.customs.transports import Transport

HEADERS = {
    "content-type": "application/xml",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
PERSONAL = "张三 110101199003070134"


class OtherSide(Protocol):
    """Where messages arrive."""

    def held(self) -> Mapping[str, bytes]:
        """What has arrived, by name; the same again under the same name counts once."""
        ...

    def headers(self, name: str) -> Mapping[str, str] | None:
        """The headers that came with a message, by lower-case name; None where the way carries none."""
        ...

    def away(self) -> AbstractContextManager[None]:
        """It cannot be reached for as long as the context lasts."""
        ...


class TransportFacts:
    """Needs the fixtures `transport` and `other_side`."""

    @pytest.mark.parametrize(
        "data",
        [b"", b"<a/>", bytes(range(256)), b"\r\n\n \xef\xbb\xbf", bytes(5 * 1024 * 1024)],
        ids=["empty", "plain", "every byte", "white", "5 MiB"],
    )
    def test_what_is_sent_is_there_byte_for_byte(
        self, data: bytes, transport: Transport, other_side: OtherSide
    ) -> None:
        transport.send("CEB311-1", data, HEADERS)
        assert list(other_side.held().values()) == [data]

    def test_the_same_message_again_changes_nothing(self, transport: Transport, other_side: OtherSide) -> None:
        for _ in range(3):
            transport.send("CEB311-1", b"<a/>", HEADERS)
        transport.send("CEB311-2", b"<a/>", HEADERS)
        assert list(other_side.held().values()) == [b"<a/>", b"<a/>"]

    def test_many_threads_may_send_at_once(self, transport: Transport, other_side: OtherSide) -> None:
        sent = {f"CEB311-{number}": b"<a>%d</a>" % number for number in range(40)}
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: transport.send(name, sent[name], HEADERS), [*sent, *sent]))
        assert sorted(other_side.held().values()) == sorted(sent.values())

    def test_nobody_there_is_unavailable_and_the_same_message_passes_later(
        self, transport: Transport, other_side: OtherSide
    ) -> None:
        transport.send("CEB311-1", b"1", HEADERS)
        with other_side.away():
            for _ in range(2):
                with pytest.raises(Unavailable) as unavailable:
                    transport.send("CEB311-2", PERSONAL.encode(), HEADERS)
                assert unavailable.value.platform == "customs"
                assert PERSONAL not in repr(unavailable.value)
        transport.send("CEB311-2", PERSONAL.encode(), HEADERS)
        assert sorted(other_side.held().values()) == sorted([b"1", PERSONAL.encode()])

    def test_a_new_transport_finds_nobody_there_in_the_same_way(
        self, transport: Transport, other_side: OtherSide
    ) -> None:
        with other_side.away(), pytest.raises(Unavailable):
            transport.send("CEB311-1", b"1", HEADERS)
        assert other_side.held() == {}

    def test_any_name_is_a_name_of_its_own(self, transport: Transport, other_side: OtherSide) -> None:
        names = [
            "a/b",
            "a_b",
            "../a",
            "..",
            ".",
            ".a",
            "a",
            "A b",
            "订单",
            "定单",
            "a.xml",
            "x" * 200,
            "名" * 66,
            "%2F",
        ]
        for number, name in enumerate(names):
            transport.send(name, b"%d" % number, HEADERS)
        assert sorted(other_side.held().values()) == sorted(b"%d" % number for number in range(len(names)))

    @pytest.mark.parametrize("name", ["", "x" * 201, "名" * 67])
    def test_what_cannot_be_a_name_is_a_mistake_of_the_caller(
        self, name: str, transport: Transport, other_side: OtherSide
    ) -> None:
        with pytest.raises(ValueError, match="1 to 200 bytes"):
            transport.send(name, b"1", HEADERS)
        assert other_side.held() == {}

    def test_headers_go_along_where_the_way_carries_any(self, transport: Transport, other_side: OtherSide) -> None:
        transport.send("CEB311-1", b"1", HEADERS)
        arrived = other_side.headers("CEB311-1")
        assert arrived is None or HEADERS.items() <= arrived.items()

    def test_closing_twice_is_closing_once(self, transport: Transport, other_side: OtherSide) -> None:
        transport.send("CEB311-1", b"1", HEADERS)
        transport.close()
        transport.close()
        assert list(other_side.held().values()) == [b"1"]
