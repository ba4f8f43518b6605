"""A folder as a source: whole files are stored and moved, unfinished ones left alone, hopeless ones put aside."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from connectors.customs.transports import FolderTransport
from connectors.customs.transports.addresses import FolderAddress
from gateway.intake.folder import FolderSource
from models.database import Database
from tests.gateway.intake.receiving import MAX_BYTES, at_work, bodies, intake, receipt, stored
from tests.patience import wait_until

Look = Callable[[], int]


class Seconds:
    """Seconds that only tests let pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def source_at(folder: Path, database: Database, seconds: Seconds, settle: str = "2") -> FolderSource:
    address = FolderAddress(folder, {"settle": settle})
    return FolderSource(address, intake("", database).keep, poll_seconds=0.02, max_bytes=MAX_BYTES, now=seconds)


@pytest.fixture
def look(folder: Path, database: Database, seconds: Seconds) -> Look:
    """Look once; a file must stand still for two seconds."""
    return source_at(folder, database, seconds).look


def test_a_file_is_stored_byte_for_byte_and_moved_under_its_number(
    folder: Path, look: Look, seconds: Seconds, database: Database
) -> None:
    (folder / "receipt.xml").write_bytes(receipt(1))
    assert look() == 0
    seconds.now = 2
    assert look() == 1

    (raw,) = stored(database)
    assert (raw.body, raw.door, raw.state, raw.content_type) == (receipt(1), "customs", "stored", "application/xml")
    assert [path.name for path in folder.iterdir()] == ["taken"]
    assert (folder / "taken" / f"{raw.id}_receipt.xml").read_bytes() == receipt(1)
    assert look() == 0


def test_a_file_that_grows_is_left_alone_until_it_stands_still(
    folder: Path, look: Look, seconds: Seconds, database: Database
) -> None:
    path = folder / "receipt.xml"
    whole = receipt(1)
    for tenth in range(10):
        path.write_bytes(whole[: 10 * tenth + 10])
        seconds.now = float(tenth)
        assert look() == 0
    path.write_bytes(whole)
    for second, taken in ((10.0, 0), (11.9, 0), (12.0, 1)):
        seconds.now = second
        assert look() == taken
    assert bodies(database) == [whole]


def test_unfinished_hidden_and_nested_files_are_nobodys_business(
    folder: Path, look: Look, seconds: Seconds, database: Database
) -> None:
    names = [".hidden.xml", "a.xml.part", "a.tmp", "a.filepart", "below/a.xml"]
    (folder / "below").mkdir()
    for name in names:
        (folder / name).write_bytes(receipt(1))
    for seconds.now in (0.0, 5.0, 10.0):
        assert look() == 0
    assert all((folder / name).exists() for name in names)
    (folder / "a.tmp").rename(folder / "a.xml")
    assert look() == 0
    seconds.now = 12.0
    assert look() == 1


def test_the_oldest_files_come_first(folder: Path, look: Look, seconds: Seconds, database: Database) -> None:
    for number, name in enumerate(["c.xml", "a.xml", "b.xml"]):
        (folder / name).write_bytes(receipt(number))
        os.utime(folder / name, (1000 + number, 1000 + number))
    look()
    seconds.now = 2
    assert look() == 3
    assert bodies(database) == [receipt(0), receipt(1), receipt(2)]


def test_what_cannot_be_stored_is_put_aside_with_a_note_in_both_languages(
    folder: Path, look: Look, seconds: Seconds, database: Database
) -> None:
    secret = folder.parent / "secret"
    secret.write_bytes(b"secret")
    (folder / "large.xml").write_bytes(bytes(MAX_BYTES + 1))
    (folder / "empty.xml").touch()
    (folder / "link.xml").symlink_to(secret)
    os.mkfifo(folder / "pipe.xml")
    (folder / "good.xml").write_bytes(receipt(1))
    look()
    seconds.now = 2
    assert look() == 5

    assert bodies(database) == [receipt(1)]
    assert secret.read_bytes() == b"secret"
    notes = {path.name: path.read_text() for path in (folder / "refused").glob("*.why.txt")}
    assert "100001 bytes" in notes["large.xml.why.txt"]
    assert "超过允许的 100000 字节" in notes["large.xml.why.txt"]
    assert "the file is empty" in notes["empty.xml.why.txt"]
    assert "a link or a device" in notes["link.xml.why.txt"]
    assert "a link or a device" in notes["pipe.xml.why.txt"]
    assert len(notes) == 4
    assert (folder / "refused" / "large.xml").stat().st_size == MAX_BYTES + 1


def test_a_file_of_the_permitted_size_is_stored(folder: Path, look: Look, seconds: Seconds, database: Database) -> None:
    (folder / "a.xml").write_bytes(bytes(MAX_BYTES))
    look()
    seconds.now = 2
    assert look() == 1
    assert bodies(database) == [bytes(MAX_BYTES)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_we_may_not_read_is_put_aside(folder: Path, look: Look, seconds: Seconds) -> None:
    (folder / "a.xml").write_bytes(receipt(1))
    (folder / "a.xml").chmod(0)
    look()
    seconds.now = 2
    assert look() == 1
    assert "may not read" in (folder / "refused" / "a.xml.why.txt").read_text()


def test_nothing_put_aside_replaces_another(folder: Path, look: Look, seconds: Seconds) -> None:
    for second in (0, 10, 20):
        (folder / "a.xml").touch()
        for seconds.now in (second, second + 2):
            look()
    assert len([path for path in (folder / "refused").iterdir() if not path.name.endswith(".txt")]) == 3


def test_the_same_content_under_another_name_is_stored_again_and_left_to_the_inbox(
    folder: Path, look: Look, seconds: Seconds, database: Database
) -> None:
    (folder / "a.xml").write_bytes(receipt(1))
    (folder / "b.xml").write_bytes(receipt(1))
    look()
    seconds.now = 2
    assert look() == 2
    assert bodies(database) == [receipt(1)] * 2


def test_a_long_name_in_chinese_is_moved_as_well(folder: Path, look: Look, seconds: Seconds) -> None:
    (folder / ("回" * 83 + ".xml")).write_bytes(receipt(1))
    look()
    seconds.now = 2
    assert look() == 1
    (taken,) = (folder / "taken").iterdir()
    assert taken.name.startswith("1_回")
    assert taken.name.endswith("回.xml")


def test_a_file_that_cannot_be_moved_is_stored_once_and_left_for_a_minute(
    folder: Path, look: Look, seconds: Seconds, database: Database
) -> None:
    (folder / "a.xml").write_bytes(receipt(1))
    (folder / "taken").write_bytes(b"in the way")
    (folder / "taken").rename(folder / ".taken")  # a file where the folder belongs, hidden from the look itself
    (folder / "taken").symlink_to(".taken")
    (folder / "refused").symlink_to(".taken")
    for seconds.now in (0.0, 2.0, 30.0, 61.0, 63.0, 65.0):
        look()
    assert bodies(database) == [receipt(1)]
    (folder / "taken").unlink()
    (folder / "refused").unlink()
    for seconds.now in (200.0, 203.0):
        look()
    assert [path.name for path in (folder / "taken").iterdir()] == ["1_a.xml"]
    assert bodies(database) == [receipt(1)]


def test_a_database_that_is_away_leaves_the_file_and_is_told(
    folder: Path, database: Database, seconds: Seconds
) -> None:
    (folder / "a.xml").write_bytes(receipt(1))
    source = source_at(folder, database, seconds, settle="0")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_message RENAME TO away")
    with pytest.raises(SQLAlchemyError):
        source.look()
    with at_work(source):
        wait_until(lambda: source.failure == "OperationalError", "nobody tells of the database")
        assert (folder / "a.xml").exists()
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO raw_message")
        wait_until(lambda: source.failure is None, "nobody tells that it is back")
    assert bodies(database) == [receipt(1)]


def test_a_folder_that_is_not_there_is_waited_for(folder: Path, database: Database, seconds: Seconds) -> None:
    source = source_at(folder / "share", database, seconds, settle="0")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "a.xml").write_bytes(receipt(1))
    with at_work(source):
        wait_until(lambda: source.failure == "FileNotFoundError", "nobody tells of the folder")
        (folder / "elsewhere").rename(folder / "share")
        wait_until(lambda: bodies(database), "nothing was taken")
        wait_until(lambda: source.failure is None, "nobody tells that it is there")


def test_what_our_own_transport_hands_over_is_taken(folder: Path, database: Database, seconds: Seconds) -> None:
    source = source_at(folder, database, seconds, settle="0")
    sent = [receipt(minute) for minute in range(20)]
    with at_work(source):
        for number, body in enumerate(sent):
            FolderTransport(folder).send(f"CEB622-{number}", body, {})
        wait_until(lambda: len(bodies(database)) == len(sent), "not everything was taken")
    assert sorted(bodies(database)) == sorted(sent)


def test_two_gateways_may_look_into_one_folder(folder: Path, database: Database, seconds: Seconds) -> None:
    sent = [receipt(minute) for minute in range(20)]
    for number, body in enumerate(sent):
        (folder / f"{number}.xml").write_bytes(body)
    first, second = (source_at(folder, database, seconds, settle="0") for _ in range(2))
    with at_work(first), at_work(second):
        wait_until(lambda: not list(folder.glob("*.xml")), "not everything was taken")
    assert set(bodies(database)) == set(sent)
    assert (first.failure, second.failure) == (None, None)


@pytest.mark.parametrize("settle", ["soon", "-1", "3601", "nan", ""])
def test_a_settling_time_that_is_none_is_refused(settle: str, folder: Path, database: Database) -> None:
    with pytest.raises(ValueError, match="settle is 0 to 3600 seconds"):
        source_at(folder, database, Seconds(), settle)
