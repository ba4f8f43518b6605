"""The gatekeeper: unsigned, wrongly signed, or signed by who may not, changes nothing and is seen."""

import json
from datetime import timedelta
from typing import Any

import pytest

from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Role
from clearway.messages import write
from clearway.messages.signatures import KeyKind
from models.tables import Entrustment
from tests.gateway.recording import (
    CASE,
    COP_NO,
    EBC,
    GUID,
    LOG,
    PAY,
    START,
    House,
    control,
    list_receipt,
    sample,
    sample_json,
)
from tests.gateway.signing import beside, enveloped, key, signed, trust, trust_customs, withdraw

ORDER = sample("order.xml")
RECEIPT = write([list_receipt("800")], guid=GUID)
EXPRESS = "3301960E01"


def codes_kept(house: House) -> list[set[str]]:
    """Why each message was refused; nothing for one that was not."""
    return [{each["code"] for each in json.loads(raw.fault)} if raw.fault else set() for raw in house.raws()]


async def hand_in(house: House, body: bytes, **headers: str) -> Any:
    return await house.http.post("/documents", content=body, headers=headers)


async def from_customs(house: House, body: bytes, path: str = "receipts", **headers: str) -> None:
    answer = await house.http.post(f"/customs/{path}", content=body, headers=headers)
    assert answer.status_code == 202
    await house.step()


def nothing_changed(house: House) -> bool:
    return not house.cases.calls and not house.items() and house.addresses() == set()


# --- customs -------------------------------------------------------------------------------------------------------


async def test_without_any_key_of_customs_a_receipt_is_taken_unsigned(house: House) -> None:
    trust(house, "ebc", EBC, Role.EBC)
    house.know()
    await from_customs(house, RECEIPT)

    assert house.cases.told == [(CASE, ["800"])]


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_receipt_that_customs_signed_is_taken_and_says_who_signed_it(house: House, kind: KeyKind) -> None:
    by = trust_customs(house) if kind is KeyKind.SM2 else _rsa_of_customs(house)
    house.know()
    await from_customs(house, signed(RECEIPT, by))

    assert house.cases.told == [(CASE, ["800"])]
    (raw,) = house.raws()
    assert (raw.state, raw.signed_by, raw.key_name) == ("read", "CUSTOMS", by.name)


def _rsa_of_customs(house: House) -> Any:
    from models.trust import NewKey, add

    by = key("customs-rsa", KeyKind.RSA)
    with house.database.transaction() as session:
        add(session, NewKey(by.name, "CUSTOMS", frozenset({Role.CUS}), by.public_key), START - timedelta(days=1))
    return by


async def test_the_signature_of_the_envelope_will_do_where_the_message_has_none(house: House) -> None:
    by = trust_customs(house)
    house.know()
    await from_customs(house, enveloped(RECEIPT, "CEB622", by))

    assert house.cases.told == [(CASE, ["800"])]
    assert house.raws()[0].signed_by == "CUSTOMS"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (lambda: RECEIPT, "E_UNSIGNED"),
        (lambda: enveloped(RECEIPT, "CEB622"), "E_UNSIGNED"),
        (lambda: signed(RECEIPT, key("customs-1")).replace(b">800<", b">801<"), "E_SIGNATURE"),
        (lambda: signed(RECEIPT, key("stranger")), "E_KEY_UNKNOWN"),
        (lambda: signed(RECEIPT, key("ebc")), "E_SIGNER_ROLE"),
        (lambda: enveloped(signed(RECEIPT, key("ebc")), "CEB622", key("customs-1")), "E_SIGNER_ROLE"),
        (lambda: enveloped(RECEIPT, "CEB622", key("ebc")), "E_SIGNER_ROLE"),
        (
            lambda: enveloped(RECEIPT, "CEB622", key("customs-1")).replace(b"DXPENT0000000001", b"DXPENT0000000002"),
            "E_SIGNATURE",
        ),
    ],
    ids=["bare", "envelope", "altered", "stranger", "enterprise", "both", "transport", "altered envelope"],
)
async def test_a_receipt_that_customs_did_not_sign_changes_nothing_and_is_seen(
    house: House, body: Any, code: str
) -> None:
    trust_customs(house)
    trust(house, "ebc", EBC, Role.EBC, Role.EBP)
    with_case = house.addresses()
    await from_customs(house, body())

    assert nothing_changed(house) or house.addresses() == with_case
    assert not house.cases.calls
    assert house.items() == []
    (entry,) = (await house.http.get("/inbox", params={"state": "refused"})).json()["entries"]
    assert [problem["code"] for problem in entry["problems"]] == [code]
    assert all(problem["remedy_en"] and problem["remedy_zh"] for problem in entry["problems"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("control-instructions", control()),
        ("holds", {"ebc_code": EBC, "order_no": "1", "hold": {"hold_id": "H", "at": START.isoformat()}}),
    ],
)
async def test_customs_json_is_signed_beside_the_body(house: House, path: str, body: dict[str, Any]) -> None:
    by = trust_customs(house)
    data = json.dumps(body).encode()
    house.know()
    await from_customs(house, data, path)
    await from_customs(house, data, path, **beside(data, by))
    await from_customs(house, data + b" ", path, **beside(data, by))
    await from_customs(house, data, path, **beside(data, by) | {"X-Clearway-Key": "customs-2"})
    await from_customs(house, data, path, **beside(data, by) | {"X-Clearway-Signature": "x" * 9000})

    assert codes_kept(house) == [{"E_UNSIGNED"}, set(), {"E_SIGNATURE"}, {"E_KEY_UNKNOWN"}, {"E_SIGNATURE"}]
    assert len(house.items()) == 1


async def test_a_lost_key_of_customs_does_not_open_the_door_to_unsigned_messages(house: House) -> None:
    by = trust_customs(house)
    house.know()
    withdraw(house, by.name, START + timedelta(minutes=5))
    await from_customs(house, signed(RECEIPT, by))
    house.clock.pass_seconds(300)
    later = write([list_receipt("899", 9)], guid=GUID)
    await from_customs(house, signed(later, by))
    await from_customs(house, later)

    assert codes_kept(house) == [set(), {"E_KEY_EXPIRED"}, {"E_UNSIGNED"}]
    assert house.cases.told == [(CASE, ["800"])]


async def test_what_customs_calls_of_a_guarantee_must_be_signed_too(house: House) -> None:
    trust_customs(house)
    body = {"id": "1", "lists": [{"ebc_code": EBC, "order_no": "1"}], "at": START.isoformat(), "officer": "2991"}
    answer = await house.http.post(f"/guarantees/{EBC}/calls", json=body)

    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["problems"]] == ["E_UNSIGNED"]


# --- enterprises -----------------------------------------------------------------------------------------------------


async def test_who_signs_need_not_say_that_he_sends(house: House) -> None:
    by = trust(house, "ebc", EBC, Role.EBC)
    answer = await hand_in(house, signed(ORDER, by))

    assert answer.status_code == 200
    ((_, _, (_, sender, _)),) = house.cases.calls
    assert (sender.code, sender.on_behalf_of) == (EBC, None)


async def test_a_json_document_is_signed_beside_the_body_and_may_be_read_again_later(house: House) -> None:
    by = trust(house, "ebc", EBC, Role.EBC)
    body = json.dumps(sample_json("order")).encode()
    assert (await hand_in(house, body, **beside(body, by))).status_code == 200
    await house.http.post("/inbox/1/replay")

    assert [raw.state for raw in house.raws()] == ["read"]
    assert [item.repeats for item in house.items()] == [0]


@pytest.mark.parametrize(
    ("body", "headers", "codes"),
    [
        (lambda: ORDER, {"X-Clearway-Sender": EBC}, {"E_UNSIGNED"}),
        (lambda: ORDER, {"X-Clearway-Sender": EXPRESS, "X-Clearway-On-Behalf-Of": EBC}, {"E_UNSIGNED"}),
        (lambda: signed(ORDER, key("ebc")).replace(b"300.00", b"301.00", 1), {}, {"E_SIGNATURE", "E_SENDER_MISSING"}),
        (lambda: signed(ORDER, key("stranger")), {"X-Clearway-Sender": EBC}, {"E_KEY_UNKNOWN"}),
        (lambda: signed(ORDER, key("pay")), {"X-Clearway-Sender": PAY}, {"E_SIGNER_ROLE"}),
        (lambda: signed(ORDER, key("pay")), {"X-Clearway-Sender": EBC}, {"E_SIGNER_ROLE", "E_SIGNER_PARTY"}),
        (lambda: signed(ORDER, key("other")), {"X-Clearway-Sender": EBC}, {"E_SIGNER_PARTY"}),
        (lambda: signed(ORDER, key("other")), {"X-Clearway-Sender": LOG}, {"E_SIGNER_PARTY"}),
        (lambda: signed(ORDER, key("old")), {"X-Clearway-Sender": EBC}, {"E_KEY_EXPIRED"}),
        (lambda: ORDER.replace(b"300.00", b"x", 1), {"X-Clearway-Sender": EBC}, {"E_UNSIGNED", "E_FIELD"}),
    ],
    ids=["bare", "principal", "altered", "stranger", "role", "both", "party", "keyless party", "expired", "all"],
)
async def test_a_document_that_its_sender_did_not_sign_changes_nothing_and_is_seen(
    house: House, body: Any, headers: dict[str, str], codes: set[str]
) -> None:
    trust(house, "ebc", EBC, Role.EBC)
    trust(house, "old", EBC, Role.EBC, ends=START)
    trust(house, "pay", PAY, Role.PAY)
    trust(house, "other", "3301960A02", Role.EBC)
    answer = await hand_in(house, body(), **headers)

    assert answer.status_code == 422
    assert {problem["code"] for problem in answer.json()["problems"]} == codes
    assert nothing_changed(house)
    assert codes_kept(house) == [codes]


async def test_a_party_without_a_key_on_file_may_send_unsigned_or_signed_by_a_key_nobody_knows(house: House) -> None:
    trust(house, "ebc", EBC, Role.EBC)
    by = key("stranger")
    payment = sample("payment.xml")
    for body in (payment, signed(payment, by)):
        assert (await hand_in(house, body, **{"X-Clearway-Sender": PAY})).status_code == 202

    assert [(raw.state, raw.signed_by) for raw in house.raws()] == [("read", ""), ("read", "")]


async def test_an_entrusted_operator_signs_for_the_party_that_the_header_names(house: House) -> None:
    trust(house, "ebc", EBC, Role.EBC)
    by = trust(house, "express", EXPRESS, Role.EXP)
    body = signed(ORDER, by)
    assert (await hand_in(house, body, **{"X-Clearway-Sender": EBC})).status_code == 422

    with house.database.transaction() as session:
        session.add(
            Entrustment(
                transmitter=EXPRESS,
                principal=EBC,
                document_kinds=DocumentKind.ORDER,
                valid_from=START - timedelta(days=1),
                valid_before=START + timedelta(days=1),
                commitment_sha256="0" * 64,
            )
        )
    assert (await hand_in(house, body, **{"X-Clearway-Sender": EBC})).status_code == 200

    ((_, _, (_, sender, _)),) = house.cases.calls
    assert (sender.code, sender.on_behalf_of) == (EXPRESS, EBC)
    assert codes_kept(house) == [{"E_SIGNER_PARTY"}, set()]


async def test_an_operator_who_names_himself_is_judged_by_the_case_as_before(house: House) -> None:
    by = trust(house, "express", EXPRESS, Role.EXP)
    headers = {"X-Clearway-Sender": EXPRESS, "X-Clearway-On-Behalf-Of": EBC}
    assert (await hand_in(house, signed(ORDER, by), **headers)).status_code == 200

    ((_, _, (_, sender, _)),) = house.cases.calls
    assert (sender.code, sender.on_behalf_of) == (EXPRESS, EBC)


async def test_a_placeholder_is_no_signature(house: House) -> None:
    trust(house, "ebc", EBC, Role.EBC)
    await hand_in(house, sample("declaration_list.xml"), **{"X-Clearway-Sender": EBC})

    assert codes_kept(house) == [{"E_UNSIGNED"}]


async def test_a_report_is_signed_by_its_reporter(house: House) -> None:
    by = trust(house, "log", LOG, Role.LOG)
    body = sample("suspicion_report.json")
    reporter = json.loads(body)["reporter"]
    other = trust(house, "reporter", reporter, Role.EBC) if reporter != LOG else by
    answers = [
        await house.http.post("/reports", content=body, headers={"X-Clearway-Sender": reporter}),
        await house.http.post("/reports", content=body, headers=beside(body, other)),
    ]

    assert [answer.status_code for answer in answers] == [422, 200]


async def test_a_refused_message_is_read_again_once_the_key_is_on_file(house: House) -> None:
    house.know(addresses=[f"list|cop|{COP_NO}"])
    trust_customs(house)
    await from_customs(house, signed(RECEIPT, key("customs-9")))
    assert codes_kept(house) == [{"E_KEY_UNKNOWN"}]

    trust(house, "customs-9", "CUSTOMS", Role.CUS)
    replayed = (await house.http.post("/inbox/replay", params={"state": "refused"})).json()
    await house.step()

    assert (replayed["replayed"], replayed["messages"][0]["state"]) == (1, "read")
    assert house.cases.told == [(CASE, ["800"])]


async def test_a_gateway_that_trusts_no_key_of_customs_says_so_when_it_starts(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.app.router.lifespan_context(house.app):
        pass
    assert "no key of customs is on file" in caplog.text

    caplog.clear()
    trust_customs(house)
    house.restart()
    async with house.app.router.lifespan_context(house.app):
        pass
    assert "no key of customs" not in caplog.text
