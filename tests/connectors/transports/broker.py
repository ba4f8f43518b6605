"""A RabbitMQ of the tests' own: private ports on loopback, a throw-away data folder, ended afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pika
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pika.exceptions import AMQPError

from deploy.ports import free_port
from tests.patience import PATIENCE

DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def _make_certificate(certificate: Path, key: Path) -> None:
    """A certificate for localhost that vouches for itself, good for a day."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


class Broker:
    """A broker that can be stopped and started again with the same data and at the same address."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._port = free_port()
        self._names = free_port()
        self._distribution = free_port()
        self._secure_port = free_port()
        self.certificate = folder / "certificate.pem"
        _make_certificate(self.certificate, folder / "key.pem")
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\nlisteners.ssl.1 = 127.0.0.1:{self._secure_port}\n"
            f"ssl_options.certfile = {self.certificate}\nssl_options.cacertfile = {self.certificate}\n"
            f"ssl_options.keyfile = {folder}/key.pem\n"
            "disk_free_limit.absolute = 1MB\nlog.console.level = warning\n"
        )
        (folder / "plugins").write_text("[].")
        (folder / "env.conf").write_text("")

    @property
    def url(self) -> str:
        """Its address, as the user that a new broker has."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}"

    def secure_url(self, host: str) -> str:
        """Its address with TLS; the certificate is for localhost."""
        return f"amqps://guest:guest@{host}:{self._secure_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What keeps this broker apart from any other on the machine."""
        folder = str(self._folder)
        return os.environ | {
            "HOME": folder,
            "ERL_EPMD_PORT": str(self._names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"clearway{self._port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/env.conf",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_SCHEMA_DIR": f"{folder}/schema",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/config",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
        }

    @contextmanager
    def names(self) -> Iterator[None]:
        """Erlang's directory of nodes; without one of our own the broker would leave a daemon behind."""
        daemon = subprocess.Popen(
            ["epmd", "-port", str(self._names), "-address", "127.0.0.1"], env=self.environment, cwd=self._folder
        )
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait(10)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [str(self._program)],
                env=self.environment,
                cwd=self._folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            told = (self._folder / "output").read_text(errors="replace")[-2000:]
            assert self._process.poll() is None, f"the broker ended: {told}"
            assert time.monotonic() < deadline, f"the broker did not start: {told}"
            time.sleep(0.2)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, in order or at once."""
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(60)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It stands still, its connections open, for as long as the context lasts."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._process.pid, signal.SIGCONT)

    def new_queue(self) -> str:
        """The name of a new durable queue."""
        name = f"clearway.{uuid.uuid4().hex}"
        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            connection.channel().queue_declare(name, durable=True)
        return name

    def lasting_queue(self) -> str:
        """The name of a durable queue that is there after a kill: RabbitMQ may forget one that is a moment old."""
        name = self.new_queue()
        self.stop()
        self.start()
        return name

    def publish(self, queue: str, *bodies: bytes) -> None:
        """Put persistent messages into a queue."""
        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for body in bodies:
                channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2), mandatory=True)

    def depth(self, queue: str) -> int:
        """How many messages wait in a queue."""
        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            declared = connection.channel().queue_declare(queue, passive=True)
        return int(declared.method.message_count)

    def _answers(self) -> bool:
        try:
            pika.BlockingConnection(pika.URLParameters(self.url)).close()
        except (AMQPError, OSError):
            return False
        return True


@contextmanager
def running_broker() -> Iterator[Broker]:
    """A broker for as long as the context lasts; skips loudly where RabbitMQ is not installed."""
    if not DEBIAN.exists() or shutil.which("epmd") is None:
        pytest.skip("NO RABBITMQ: install Debian's package `rabbitmq-server` to run these tests")
    with tempfile.TemporaryDirectory(prefix="clearway-rabbit-") as scratch:
        broker = Broker(DEBIAN, Path(scratch))
        with broker.names():
            try:
                broker.start()
                yield broker
            finally:
                broker.stop(signal.SIGKILL)
