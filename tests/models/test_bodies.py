"""Large bodies: packed in the database, the same bytes on this side of it, whoever wrote them and however."""

import base64
import hashlib
import json
import random
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from clearway.messages import Transfer, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, wrap
from clearway.messages.signatures import KeyKind, XmlSigner, own_key
from clearway.testing import sample_set
from models.database import Database
from models.notices import Event, tell_all
from models.tables import KeptCertificate, Notice, RawMessage
from models.tables.packing import MARK, pack, unpack
from tests.postgres import new_database
from tests.sqlite import new_file

AT = datetime(2026, 3, 10, 2, tzinfo=UTC)
DICTIONARIES = Path(__file__).parents[2] / "models" / "tables" / "dictionaries"
NEVER_CHANGED = {
    "xml-1.txt": "26f20378f1c1a6b84611da9bd42a36dc1f3b4e85909d632890514c76d63e2ba6",
    "json-1.txt": "da26768fecaaf4ae64d1c3f4fb0e8714c3895c6d0f381fa31bac247233e2f6e8",
}
LETTERS = st.binary(max_size=300).map(base64.b64encode)
MESSAGES = st.one_of(
    st.binary(max_size=2000),
    st.binary(max_size=50).map(lambda rest: MARK + rest),
    st.tuples(st.binary(), LETTERS, st.binary()).map(lambda parts: b"%b<Data>%b</Data>%b" % parts),
    st.tuples(
        st.from_regex(rb"[A-Za-z0-9+/]{60,90}={0,2}", fullmatch=True),
        st.from_regex(rb"[A-Za-z0-9+/=\s]{190,230}", fullmatch=True),
    ).map(lambda parts: b"<a><Data>%b</Data><X509Certificate>%b</X509Certificate></a>" % parts),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database of each kind for many examples."""
    if request.param == "sqlite":
        opened = new_file(tmp_path_factory.mktemp("bodies") / "x.db", registered=False)
    else:
        opened = Database(new_database(request.getfixturevalue("postgres_url")))
    yield opened
    opened.close()


def _raw(body: bytes) -> RawMessage:
    return RawMessage(door="customs", body=body, sha256=hashlib.sha256(body).hexdigest(), received_at=AT)


def _put(database: Database, body: bytes) -> int:
    with database.transaction() as session:
        row = _raw(body)
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def _get(database: Database, number: int) -> bytes:
    with database.transaction() as session:
        return session.exec(select(RawMessage.body).where(RawMessage.id == number)).one()


def _kept(database: Database, number: int) -> bytes:
    """As the database has it."""
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql(f"SELECT body FROM raw_message WHERE id = {number}").one()
        return bytes(row[0])


@given(MESSAGES)
def test_any_bytes_come_out_of_packing_as_they_went_in(content: bytes) -> None:
    shelf = {7: b"x" * 300}
    assert unpack(pack(content), shelf.__getitem__) == content
    assert unpack(pack(content, lambda certificate: None), shelf.__getitem__) == content


@given(content=MESSAGES)
def test_any_bytes_come_out_of_the_database_as_they_went_in(lasting: Database, content: bytes) -> None:
    assert _get(lasting, _put(lasting, content)) == content


@given(payload=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=250))
def test_any_text_comes_out_of_the_database_as_it_went_in(lasting: Database, payload: str) -> None:
    with lasting.transaction() as session:
        tell_all(session, [Event("A", "BILL", "", payload, {"text": payload})], AT)
    with lasting.transaction() as session:
        found = session.exec(select(Notice.payload).where(Notice.dedupe_key == f"BILL|A|{payload}"[:300])).one()
        assert json.loads(found) == {"text": payload}


@given(st.binary(min_size=1, max_size=300))
def test_what_was_kept_before_it_was_packed_is_read_as_it_is(content: bytes) -> None:
    if not content.startswith(MARK):
        assert unpack(content, _no_certificate) == content


def _no_certificate(number: int) -> bytes:
    raise LookupError(number)


def _signed(order_no: str, signer: XmlSigner) -> bytes:
    order = sample_set(order_no, at=AT).order
    transfer = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")
    data = write([order], guid=order.guid, transfer=transfer, signer=signer)
    head = {"sender_id": "DXPENT0000000001", "receiver_ids": (IMPORT_RECEIVER,), "created_at": AT}
    return wrap(Envelope(cop_msg_id=order.guid, message_type="CEB311Message", data=data, **head))


@pytest.fixture(scope="module")
def signer() -> XmlSigner:
    return XmlSigner(own_key(KeyKind.SM2, subject="3301960T01", valid_from=AT, valid_to=AT.replace(year=2030)))


def test_a_signed_message_in_its_envelope_takes_a_fifth_once_its_certificate_is_known(
    store: Database, signer: XmlSigner
) -> None:
    messages = [_signed(f"O{number}", signer) for number in range(4)]
    numbers = [_put(store, each) for each in messages]
    assert [_get(store, number) for number in numbers] == messages
    sizes = [len(_kept(store, number)) for number in numbers]
    assert sizes[0] < len(messages[0]) / 3, "its certificate is its own"
    assert max(sizes[1:]) < len(messages[0]) / 5, "its certificate is on the shelf"
    with store.transaction() as session:
        assert session.exec(select(func.count()).select_from(KeptCertificate)).one() == 1


def test_a_message_is_kept_while_everybody_else_has_a_connection(store: Database, signer: XmlSigner) -> None:
    with ExitStack() as taken:
        for _ in range(14):  # of 15
            taken.enter_context(store.engine.connect())
        messages = [_signed(f"O{number}", signer) for number in range(2)]
        assert [_get(store, _put(store, each)) for each in messages] == messages


def test_another_process_reads_what_points_to_a_certificate(store: Database, signer: XmlSigner) -> None:
    messages = [_signed(f"O{number}", signer) for number in range(2)]
    numbers = [_put(store, each) for each in messages]
    other = Database(store.url)
    with other.reading() as session:
        assert session.exec(select(RawMessage.body).where(RawMessage.id == numbers[1])).one() == messages[1]
    other.close()


def test_a_certificate_is_not_shelved_by_a_transaction_that_is_undone(store: Database, signer: XmlSigner) -> None:
    message = _signed("O1", signer)
    with Session(store.engine) as session:
        session.add(_raw(message))
        session.flush()
        session.rollback()
    with store.transaction() as session:
        assert session.exec(select(KeptCertificate)).all() == []
    numbers = [_put(store, message), _put(store, message)]
    assert [_get(store, number) for number in numbers] == [message, message]


@pytest.mark.parametrize("letters", [2600, 2604, 4000])
def test_a_message_with_a_long_certificate_is_kept(lasting: Database, letters: int) -> None:
    certificate = base64.b64encode(random.Random(letters).randbytes(letters * 3 // 4))
    message = b"<a><X509Certificate>%b</X509Certificate></a>" % certificate
    assert [_get(lasting, _put(lasting, message)) for _ in range(2)] == [message, message]


def test_a_body_whose_certificate_somebody_deleted_says_so(store: Database, signer: XmlSigner) -> None:
    number = [_put(store, _signed(f"O{each}", signer)) for each in range(2)][1]
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM kept_certificate")
    other = Database(store.url)
    with pytest.raises(LookupError, match="kept_certificate 1 is missing"), _closing(other):
        _get(other, number)


@contextmanager
def _closing(database: Database) -> Iterator[None]:
    try:
        yield
    finally:
        database.close()


def test_the_same_notice_twice_is_one_row(store: Database) -> None:
    for _ in range(2):
        with store.transaction() as session:
            tell_all(session, [Event("A", "BILL", "", "key", {"n": 1}), Event("B", "BILL", "", "key", {"n": 1})], AT)
    with store.transaction() as session:
        assert [(row.recipient, row.payload) for row in session.exec(select(Notice).order_by(col(Notice.number)))] == [
            ("A", '{"n": 1}'),
            ("B", '{"n": 1}'),
        ]


@pytest.mark.parametrize("name", NEVER_CHANGED)
def test_a_dictionary_is_never_changed(name: str) -> None:
    text = (DICTIONARIES / name).read_bytes().replace(b"\r\n", b"\n")
    assert hashlib.sha256(text).hexdigest() == NEVER_CHANGED[name], "make a new one with a number of its own"


def test_nobody_searches_in_packed_columns() -> None:
    """`LIKE`, `contains` and the like would look at packed bytes."""
    packed = r"(RawMessage|SentMessage|StoredDocument|ArticlesPaper|SuspicionRecord)\.body|\.judgement\)|\.payload\)"
    root = Path(__file__).parents[2]
    words = r"\.(contains|like|ilike|startswith|endswith|regexp_match)\("
    search = re.compile(rf"col\(({packed})[^\n]*{words}|func\.\w+\(({packed})")
    found = [
        f"{file.relative_to(root)}: {match[0]}"
        for folder in ("models", "activities", "gateway", "workers", "deploy")
        for file in (root / folder).rglob("*.py")
        for match in search.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []
