"""The door of customs: what it acknowledges, what it refuses, and that its post always arrives."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from clearway.messages import MessageRefused, write
from connectors import Refused
from connectors.customs import CustomsClient
from connectors.customs.transports import HttpTransport
from tests.connectors.conformance.conftest import TRANSFER, World
from tests.simulator.papers import ADDRESS, BUYER, ID_NUMBER, TELEPHONE, new_guid, new_papers

XML = {"content-type": "application/xml"}


def post(world: World, content: bytes) -> httpx.Response:
    return world.http.post(f"{world.url}/customs/messages", content=content, headers=XML)


def test_the_same_message_twice_gets_the_same_answer_and_one_story(world: World) -> None:
    papers = new_papers("D-1")
    world.file_three(papers)
    content = write([papers.declaration], guid=new_guid(), transfer=TRANSFER)
    answers = [post(world, content) for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    world.settle()
    assert world.gateway.said() == ["2", "3", "120", "399", "800", "816"]


def test_documents_of_one_kind_travel_in_one_message(world: World) -> None:
    cases = [new_papers(f"D-2-{number}") for number in range(5)]
    world.send(*(papers.order for papers in cases))
    world.settle()
    assert sorted(post.told for post in world.gateway.posts) == sorted(["312:2", "312:3", "312:120"] * 5)


def test_documents_of_two_kinds_do_not_make_a_message(world: World) -> None:
    papers = new_papers("D-3")
    with pytest.raises(MessageRefused):
        world.send(papers.order, papers.payment)
    assert world.gateway.posts == []


def test_a_list_before_its_documents_is_returned_with_the_reason(world: World) -> None:
    papers = new_papers("D-4")
    world.file(papers.order)
    world.settle()
    world.gateway.forget()
    assert world.file_list(papers.declaration) == ["2", "3", "100"]
    assert "支付单、运单" in world.gateway.wait_for("100").inner.decode()


def test_a_second_list_for_the_order_is_returned_and_the_first_untouched(world: World) -> None:
    papers = new_papers("D-5")
    world.file_case(papers)
    world.gateway.forget()
    second = papers.declaration.model_copy(update={"guid": new_guid(), "note": "second"})
    assert world.file_list(second) == ["2", "3", "100"]
    known = world.http.get(f"{world.url}/customs/lists/D-5").json()
    assert [filing["standing"] for filing in known["filings"]] == ["open", "returned"]
    assert [told["status"] for told in known["filings"][0]["receipts"]] == ["2", "3", "120", "399", "800"]


def test_what_customs_knows_of_a_list_holds_no_personal_data(world: World) -> None:
    world.file_case(new_papers("D-6/2031"))
    answer = world.http.get(f"{world.url}/customs/lists/D-6/2031")
    assert answer.status_code == 200
    assert not [secret for secret in (BUYER, ID_NUMBER, TELEPHONE, ADDRESS) if secret in answer.text]


def test_an_order_number_of_two_enterprises_asks_for_the_enterprise(world: World) -> None:
    papers = new_papers("D-7")
    world.file(papers.declaration, papers.declaration.model_copy(update={"guid": new_guid(), "ebc_code": "OTHER"}))
    url = f"{world.url}/customs/lists/D-7"
    assert world.http.get(url).status_code == 409
    assert world.http.get(url, params={"ebc_code": "OTHER"}).json()["ebc_code"] == "OTHER"
    assert world.http.get(url, params={"ebc_code": "NOBODY"}).status_code == 404


def test_a_trace_is_carried_through_to_the_gateway(world: World) -> None:
    papers = new_papers("D-8")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    world.file(papers.order, traceparent=trace)
    world.file(papers.payment)
    world.settle()
    traces = {(post.told.partition(":")[0], post.traceparent) for post in world.gateway.posts}
    assert traces == {("312", trace), ("412", None)}
    assert {post.content_type for post in world.gateway.posts} == {"application/xml"}


@pytest.mark.parametrize("content", [b"", b"no xml", b"<a/>", b"<CEB621Message guid='x'/>", b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_refused_with_problems(world: World, content: bytes) -> None:
    answer = post(world, content)
    assert answer.status_code == 400
    body = answer.json()
    assert body["problems"]
    assert body["code"] == body["problems"][0]["code"]
    assert world.gateway.posts == []


def test_every_problem_of_a_message_is_told_at_once(world: World) -> None:
    papers = new_papers("D-9")
    content = write([papers.order], guid=new_guid(), transfer=TRANSFER)
    for name in ("orderNo", "goodsValue", "buyerName"):
        content = content.replace(f"<ceb:{name}>".encode(), b"<ceb:gone>").replace(
            f"</ceb:{name}>".encode(), b"</ceb:gone>"
        )
    answer = post(world, content)
    assert answer.status_code == 400
    assert len(answer.json()["problems"]) >= 3


def test_customs_takes_no_receipts(world: World) -> None:
    papers = new_papers("D-10")
    world.file(papers.order)
    receipt = world.gateway.wait_for("312:2").content
    answer = post(world, receipt)
    assert (answer.status_code, answer.json()["code"]) == (400, "E_MESSAGE_TYPE")


def test_what_customs_cannot_read_reaches_the_caller_as_refused(world: World) -> None:
    customs = CustomsClient(HttpTransport(world.url, world.http), TRANSFER, envelope=False)
    sealed = customs.seal([new_papers("D-11").order], message_guid=new_guid(), at=datetime.now(UTC))
    unreadable = replace(sealed, body=sealed.body.replace(b">142</ceb:currency>", b">1</ceb:currency>"))
    assert unreadable != sealed
    with pytest.raises(Refused) as refused:
        customs.send(unreadable)
    assert refused.value.platform == "customs"
    assert not refused.value.code.startswith("HTTP_")
    assert not [secret for secret in (ID_NUMBER, TELEPHONE, ADDRESS) if secret in str(refused.value)]


def test_receipts_arrive_although_the_gateway_was_away(world: World) -> None:
    papers = new_papers("D-12")
    world.file_three(papers)
    world.gateway.refuse_next(4)
    assert world.file_list(papers.declaration) == ["2", "3", "120", "399", "800", "816"]
    assert world.gateway.refused == 4
