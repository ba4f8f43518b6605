"""Who may have events sent where: everything wrong at once, and no address on the inside."""

import ipaddress
from typing import Any

import pytest

from gateway.outbox.reach import NotPermitted, Reach, aim, permits
from models.database import Database
from tests.gateway.outbox.receiver import EBC, Office, Receiver


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://localhost:9000/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://10.0.0.5/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[64:ff9b::a00:5]/",
        "http://[2002:a00:5::]/",
        "http://224.0.0.1/",
        "http://no-such-name.invalid/",
        "https://user:word@8.8.8.8/",
        "http://8.8.8.8/#part",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "//8.8.8.8/",
        "http:///hook",
        "http://8.8.8.8:99999/",
        "hook",
        "",
    ],
)
async def test_an_address_that_leads_inside_or_nowhere_is_refused(database: Database, url: str) -> None:
    office = Office(database, webhook_reach=Reach.PUBLIC)
    answer = await office.http.post("/subscriptions", json={"recipient": EBC, "mode": "push", "url": url})
    assert answer.status_code == 422, answer.text
    assert [each["fields"][0]["field"] for each in answer.json()["problems"]] == ["url"]
    assert (await office.http.get("/subscriptions")).json() == {"subscriptions": []}


async def test_the_request_goes_to_the_address_that_was_checked_and_bears_the_name() -> None:
    aimed = await aim("http://localhost:8080/hook?a=1", Reach.LOOPBACK)
    assert ipaddress.ip_address(aimed.url.host).is_loopback
    assert (aimed.url.port, aimed.url.raw_path, aimed.host, aimed.name) == (
        8080,
        b"/hook?a=1",
        "localhost:8080",
        "localhost",
    )


async def test_an_address_of_the_internet_is_permitted() -> None:
    assert (await aim("https://8.8.8.8/hook", Reach.PUBLIC)).url.host == "8.8.8.8"


@pytest.mark.parametrize(
    ("address", "permitted"),
    [
        ("8.8.8.8", [True, True, True]),
        ("2001:4860:4860::8888", [True, True, True]),
        ("127.0.0.1", [False, True, True]),
        ("::1", [False, True, True]),
        ("10.1.2.3", [False, False, True]),
        ("fd00::1", [False, False, True]),
        ("169.254.169.254", [False, False, False]),
        ("0.0.0.0", [False, False, False]),
        ("224.0.0.1", [False, False, False]),
        ("100.100.100.200", [False, False, False]),
        ("fd00:ec2::254", [False, False, False]),
        ("64:ff9b:1::a00:1", [False, False, False]),
        ("::a00:1", [False, False, False]),
        ("::ffff:127.0.0.1", [False, True, True]),
        ("fec0::1", [False, False, True]),
    ],
)
def test_how_far_the_outbox_reaches_is_set(address: str, permitted: list[bool]) -> None:
    assert [permits(ipaddress.ip_address(address), reach) for reach in Reach] == permitted


async def test_loopback_only_reaches_no_network() -> None:
    with pytest.raises(NotPermitted):
        await aim("http://192.168.1.1/", Reach.LOOPBACK)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["body.recipient", "body.mode"]),
        ({"recipient": "a b", "mode": "shout", "kinds": ["x y"]}, ["body.recipient", "body.mode", "body.kinds.0"]),
        ({"recipient": EBC, "mode": "push"}, ["url"]),
        ({"recipient": EBC, "mode": "pull", "url": "https://8.8.8.8/"}, ["url"]),
    ],
)
async def test_a_wrong_subscription_is_refused_with_everything_wrong(
    office: Office, body: dict[str, Any], fields: list[str]
) -> None:
    answer = await office.http.post("/subscriptions", json=body)
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert [problem["fields"][0]["field"] for problem in problems] == fields
    assert all(problem["remedy_en"] and problem["remedy_zh"] for problem in problems)


async def test_the_same_subscription_twice_is_refused_and_names_the_first(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    again = await office.http.post("/subscriptions", json={"recipient": EBC, "mode": "push", "url": receiver.url})
    assert again.status_code == 409
    assert again.json()["problems"][0]["fields"] == [{"field": "id", "value": str(number)}]
    await office.subscribe(receiver.url, kinds=["BILL"])
    await office.http.delete(f"/subscriptions/{number}")
    assert (await office.subscribe(receiver.url))[0] > number


async def test_the_secret_is_told_once(office: Office, receiver: Receiver) -> None:
    number, secret = await office.subscribe(receiver.url)
    for path in ("/subscriptions", f"/subscriptions/{number}"):
        assert secret not in (await office.http.get(path)).text
    assert secret.startswith("whsec_")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "77", None, 404),
        ("DELETE", "77", None, 404),
        ("POST", "77/test", None, 404),
        ("POST", "77/unblock", None, 404),
        ("POST", "77/rotate-secret", None, 404),
        ("GET", "77/events", None, 404),
        ("POST", "77/acknowledge", {"up_to": 1}, 404),
        ("GET", "0", None, 422),
        ("GET", f"{2**63}", None, 422),
        ("GET", "1/events?wait=31", None, 422),
        ("POST", "1/acknowledge", {"ids": ["x"]}, 422),
        ("POST", "1/acknowledge", {"ids": ["evt_9999999999999999999"]}, 422),
        ("POST", "1/acknowledge", {"ids": ["evt_999999999999999999"]}, 200),
        ("POST", "1/unblock", None, 409),
        ("POST", "1/unblock", {"give_up": "evt_999999999999999999"}, 409),
        ("POST", "2/acknowledge", {"up_to": 1}, 409),
        ("POST", "2/unblock", {"give_up": "evt_999999999999999999"}, 404),
        ("POST", "3/rotate-secret", None, 409),
        ("GET", "3/events", None, 409),
    ],
)
async def test_wrong_requests_are_answered_with_their_reason(
    office: Office, receiver: Receiver, method: str, path: str, body: Any, status: int
) -> None:
    await office.subscribe()
    await office.subscribe(receiver.url)
    gone, _ = await office.subscribe(receiver.url, kinds=["BILL"])
    await office.http.delete(f"/subscriptions/{gone}")
    answer = await office.http.request(method, f"/subscriptions/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert status == 200 or all(each["remedy_en"] and each["remedy_zh"] for each in answer.json()["problems"])


async def test_a_body_with_faults_without_number_is_one_refusal(office: Office) -> None:
    body = '{"kinds": [' + ",".join("0" * 100_000) + "]}"
    answer = await office.http.post("/subscriptions", content=body)
    assert (answer.status_code, [each["code"] for each in answer.json()["problems"]]) == (422, ["E_TOO_LARGE"])
