"""A real broker's queue as a source: acknowledged after the commit, redelivered until then, never given up."""

import json
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pika
import pytest

from models.database import Database
from tests.connectors.transports.broker import Broker
from tests.connectors.transports.cable import cable_to
from tests.gateway.intake.receiving import MAX_BYTES, at_work, bodies, intake, receipt, stored
from tests.patience import wait_until

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_messages_are_stored_in_order_and_acknowledged(broker: Broker, database: Database) -> None:
    queue = broker.new_queue()
    sent = [receipt(minute) for minute in range(30)]
    broker.publish(queue, *sent)
    (source,) = intake(f"{broker.url}/{queue}?prefetch=5", database).sources
    with at_work(source):
        wait_until(lambda: len(bodies(database)) == len(sent), "not everything came")
    assert bodies(database) == sent
    assert broker.depth(queue) == 0
    assert {(raw.door, raw.state, raw.content_type) for raw in stored(database)} == {
        ("customs", "stored", "application/xml")
    }


def test_what_travels_beside_a_message_is_kept_when_it_is_what_it_should_be(broker: Broker, database: Database) -> None:
    queue = broker.new_queue()
    odd = {"traceparent": "x\x00y", "number": 5}
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        told = pika.BasicProperties(content_type="text/xml", headers={"traceparent": TRACEPARENT})
        channel.basic_publish("", queue, b"1", told)
        channel.basic_publish("", queue, b"2", pika.BasicProperties(content_type="a\x00b", headers=odd))
        channel.basic_publish("", queue, bytes(MAX_BYTES + 1), pika.BasicProperties(headers={"traceparent": 5}))
    (source,) = intake(f"{broker.url}/{queue}", database).sources
    with at_work(source):
        wait_until(lambda: len(bodies(database)) == 3, "not everything came")
    assert [(raw.content_type, raw.traceparent) for raw in stored(database)] == [
        ("text/xml", TRACEPARENT),
        ("application/xml", None),
        ("application/xml", None),
    ]


def test_while_the_database_is_away_the_broker_keeps_everything(broker: Broker, database: Database) -> None:
    queue = broker.new_queue()
    sent = [receipt(minute) for minute in range(5)]
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_message RENAME TO away")
    (source,) = intake(f"{broker.url}/{queue}", database).sources
    with at_work(source):
        broker.publish(queue, *sent)
        wait_until(lambda: source.failure == "OperationalError", "nobody tells of the database")
    assert broker.depth(queue) == len(sent)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO raw_message")
    with at_work(source):
        wait_until(lambda: len(bodies(database)) == len(sent), "not everything came")
        wait_until(lambda: source.failure is None, "nobody tells that it is back")
    assert set(bodies(database)) == set(sent)
    assert broker.depth(queue) == 0


def test_a_cut_cable_and_a_killed_broker_lose_nothing(broker: Broker, database: Database) -> None:
    queue = broker.lasting_queue()
    sent = [receipt(minute) for minute in range(30)]
    with cable_to(urlsplit(broker.url).port or 0) as cable:
        (source,) = intake(f"amqp://127.0.0.1:{cable.port}/{queue}?prefetch=3", database).sources
        with at_work(source):
            broker.publish(queue, *sent[:10])
            wait_until(lambda: bodies(database), "nothing came")
            cable.cut()
            broker.publish(queue, *sent[10:20])
            cable.mend()
            wait_until(lambda: len(set(bodies(database))) == 20, "not everything came after the cut")
            broker.stop(signal.SIGKILL)
            wait_until(lambda: source.failure is not None, "nobody tells of the broker")
            broker.start()
            broker.publish(queue, *sent[20:])
            wait_until(lambda: set(bodies(database)) == set(sent), "not everything came after the kill")
            wait_until(lambda: source.failure is None, "nobody tells that it is back")


def test_a_queue_that_is_not_there_is_waited_for_and_one_that_is_deleted_as_well(
    broker: Broker, database: Database
) -> None:
    queue = broker.new_queue()
    (source,) = intake(f"{broker.url}/{queue}", database).sources
    parameters = pika.URLParameters(broker.url)
    with pika.BlockingConnection(parameters) as connection:
        connection.channel().queue_delete(queue)
    with at_work(source):
        wait_until(lambda: source.failure == "ChannelClosedByBroker", "nobody tells of the queue")
        with pika.BlockingConnection(parameters) as connection:
            connection.channel().queue_declare(queue, durable=True)
        broker.publish(queue, b"1")
        wait_until(lambda: bodies(database) == [b"1"], "nothing came")
        with pika.BlockingConnection(parameters) as connection:
            connection.channel().queue_delete(queue)
        wait_until(lambda: source.failure is not None, "nobody tells that it is gone")
        with pika.BlockingConnection(parameters) as connection:
            connection.channel().queue_declare(queue, durable=True)
        broker.publish(queue, b"2")
        wait_until(lambda: bodies(database) == [b"1", b"2"], "nothing came again")


def test_two_gateways_may_share_a_queue(broker: Broker, database: Database, tmp_path: Path) -> None:
    queue = broker.new_queue()
    sent = [json.dumps(number).encode() for number in range(40)]
    (first,) = intake(f"{broker.url}/{queue}?prefetch=1", database).sources
    (second,) = intake(f"{broker.url}/{queue}?prefetch=1", database).sources
    with at_work(first), at_work(second):
        broker.publish(queue, *sent)
        wait_until(lambda: len(bodies(database)) == len(sent), "not everything came")
    assert sorted(bodies(database)) == sorted(sent)


@pytest.mark.parametrize("prefetch", ["0", "1001", "many", "-1", ""])
def test_a_prefetch_that_is_none_is_refused(prefetch: str, database: Database) -> None:
    with pytest.raises(ValueError, match="prefetch is a number from 1 to 1000"):
        intake(f"amqp://127.0.0.1/queue?prefetch={prefetch}", database)
