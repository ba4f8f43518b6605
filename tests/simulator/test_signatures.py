"""Customs with trusted keys: what is not rightly signed is answered as customs does, and changes nothing."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from clearway.contracts.documents import Document
from clearway.contracts.parties import Role
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, is_envelope, unwrap, wrap
from clearway.messages.message import Record
from clearway.messages.signatures import TrustedKey, XmlSigner, is_signed, load_public_key, verify, verify_bytes
from deploy.keys import CUSTOMS, TRANSMITTER, Keys
from tests.simulator.office import Office, open_office, written
from tests.simulator.papers import AT, Papers, new_cancellation, new_guid, new_papers, new_return

STORY = ["2", "3", "120", "399", "800", "816"]
STRANGER = "STRANGER"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    made = Keys(tmp_path_factory.mktemp("keys"))
    made.make(datetime(2026, 3, 1, tzinfo=UTC), [STRANGER])
    return made


@pytest.fixture
async def strict(keys: Keys) -> AsyncIterator[Office]:
    """An office that takes only what the service's key signed; until told otherwise everything here is."""
    async with open_office(trust=keys.for_customs, keys=keys.folder) as office:
        office.signer = XmlSigner(keys.of(TRANSMITTER))
        yield office


def unsigned(record: Record, _: Keys) -> bytes:
    return written([record])


def foreign(record: Record, keys: Keys) -> bytes:
    return written([record], XmlSigner(keys.of(STRANGER)))


def altered(record: Record, keys: Keys) -> bytes:
    """Rightly signed, and then one digit is another."""
    content = written([record], XmlSigner(keys.of(TRANSMITTER)))
    changed = content.replace(b"<ceb:appTime>2031", b"<ceb:appTime>2032")
    assert changed != content
    return changed


wrongly = pytest.mark.parametrize("wrong", [unsigned, foreign, altered])
Wrong = Callable[[Record, Keys], bytes]


def trusting(keys: Keys, party: str) -> Callable[[str], TrustedKey]:
    _, key = load_public_key(keys.certificate_of(party))
    return lambda name: TrustedKey(name, party, frozenset(Role), key)


async def test_what_is_rightly_signed_is_taken(strict: Office) -> None:
    assert await strict.file_case(new_papers("G-1")) == STORY


@wrongly
async def test_a_list_wrongly_signed_is_given_back_and_welcome_once_it_is_signed(
    strict: Office, keys: Keys, wrong: Wrong
) -> None:
    papers = new_papers("G-2")
    await strict.file(*papers.three)
    await strict.post(wrong(papers.declaration, keys))
    assert await strict.hear() == ["-621029"]
    assert strict.find("-621029").record.return_info.startswith("清单签名验证失败")
    assert (await strict.know("G-2"))["standing"] == "returned"
    assert await strict.file(papers.declaration) == STORY


@wrongly
async def test_a_wrongly_signed_copy_leaves_the_list_that_customs_has_alone(
    strict: Office, keys: Keys, wrong: Wrong
) -> None:
    papers = new_papers("G-3-CANCELWAIT")
    await strict.file_case(papers)
    await strict.post(wrong(papers.declaration.model_copy(update={"guid": new_guid(), "note": "other"}), keys))
    assert await strict.hear() == ["-621029"]
    numbers = await strict.know("G-3-CANCELWAIT", 0)
    assert (numbers["standing"], [told["status"] for told in numbers["receipts"]]) == ("open", ["2", "3", "120"])
    assert await strict.file(new_cancellation(papers, numbers, AT)) == ["624:2", "624:3", "624:120", "624:399"]


@wrongly
@pytest.mark.parametrize("number", range(3), ids=["order", "payment", "waybill"])
async def test_a_document_wrongly_signed_is_not_stored_and_the_message_is_named(
    strict: Office, keys: Keys, wrong: Wrong, number: int
) -> None:
    papers = new_papers("G-4")
    document: Document = papers.three[number]
    await strict.post(wrapped(wrong(document, keys), "THE-ID"))
    assert await strict.hear() == ["900:-1"]
    refused = strict.heard[0].record
    assert refused.ori_cop_msg_id == "THE-ID"
    assert refused.ori_message_type == f"CEB{(311, 411, 511)[number]}Message"
    assert "签名" in refused.return_info
    others = [one for one in papers.three if one is not document]
    await strict.file(*others)
    assert await strict.file(papers.declaration) == ["2", "3", "100"]  # the document is missing
    await strict.file(document)
    assert await strict.file(corrected(papers)) == STORY


@wrongly
async def test_a_cancellation_wrongly_signed_is_refused_and_the_list_goes_on(
    strict: Office, keys: Keys, wrong: Wrong
) -> None:
    papers = new_papers("G-5-CANCELWAIT")
    await strict.file_case(papers)
    before = await strict.know("G-5-CANCELWAIT")
    await strict.post(wrong(new_cancellation(papers, before, AT), keys))
    assert await strict.hear() == ["624:-623029"]
    assert await strict.know("G-5-CANCELWAIT") == before
    await strict.file(new_cancellation(papers, before, AT))
    assert (await strict.know("G-5-CANCELWAIT"))["standing"] == "cancelled"


@wrongly
async def test_a_return_wrongly_signed_is_refused_and_takes_no_goods(strict: Office, keys: Keys, wrong: Wrong) -> None:
    papers = new_papers("G-6")
    await strict.file_case(papers)
    before = await strict.know("G-6")
    wanted = new_return(papers, before, AT + timedelta(days=3), {1: "1"})
    await strict.post(wrong(wanted, keys))
    assert await strict.hear() == ["626:-625208"]
    assert await strict.know("G-6") == before
    assert await strict.file(wanted) == ["626:2", "626:3", "626:120", "626:399"]


async def test_an_office_without_trusted_keys_takes_everything(keys: Keys) -> None:
    async with open_office() as office:
        papers = new_papers("G-7")
        for record in (*papers.three, papers.declaration):
            await office.post(foreign(record, keys))
        assert "800" in await office.hear()


def wrapped(content: bytes, cop_msg_id: str = "MSG-1") -> bytes:
    """A message in the envelope of the exchange."""
    message_type = content.partition(b"<ceb:")[2][:6].decode()
    envelope = Envelope(
        cop_msg_id=cop_msg_id,
        sender_id="DXPENT0000012345",
        receiver_ids=(IMPORT_RECEIVER,),
        created_at=AT,
        message_type=message_type,
        data=content,
    )
    return wrap(envelope)


def corrected(papers: Papers) -> Record:
    """The list again, under a new guid."""
    return papers.declaration.model_copy(update={"guid": new_guid()})


@pytest.mark.parametrize("enveloped_in", [True, False])
@pytest.mark.parametrize("enveloped_out", [True, False])
async def test_the_envelope_is_opened_where_there_is_one_and_used_as_set(
    enveloped_in: bool, enveloped_out: bool
) -> None:
    papers = new_papers("G-8")
    async with open_office(envelope=enveloped_out, dxp_id="DXPENT0000007777") as office:
        for record in (*papers.three, papers.declaration):
            content = written([record])
            await office.post(wrapped(content) if enveloped_in else content)
        await office.hear()
    released = office.find("800")
    assert is_envelope(released.content) is enveloped_out
    if enveloped_out:
        envelope = unwrap(released.content)
        assert (envelope.sender_id, envelope.receiver_ids) == (IMPORT_RECEIVER, ("DXPENT0000007777",))
        assert (envelope.message_type, envelope.cop_msg_id) == ("CEB622", released.message.guid)


async def test_customs_signs_its_envelopes_and_beside_its_notices(strict: Office, keys: Keys) -> None:
    await strict.file_case(new_papers("G-9-INSPECTOK"))
    trust = trusting(keys, CUSTOMS)
    assert verify(strict.find("800").content, trust).party_code == CUSTOMS
    ordered = strict.find("instruction")
    name, signature = ordered.headers["x-clearway-key"], ordered.headers["x-clearway-signature"]
    assert verify_bytes(ordered.content, signature, name, trust).party_code == CUSTOMS


async def test_customs_without_a_key_signs_nothing(office: Office) -> None:
    await office.file_case(new_papers("G-10-INSPECTOK"))
    assert not is_signed(office.find("800").content)
    assert "x-clearway-signature" not in office.find("instruction").headers
