"""The local stack as child processes: Temporal with its Web UI, the simulated outside world, gateway and worker."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from temporalio.client import Client
from temporalio.service import RetryConfig, RPCError

from clearway.connection import data_converter
from clearway.contracts.parties import Role
from clearway.embedded import server_arguments, storage_arguments, temporal_binary
from deploy.child import STEP, Child, command_of
from deploy.doors import Gateway
from deploy.keys import CUSTOMS, Keys
from deploy.pollers import EPOCH, polled
from deploy.ports import LOOPBACK, Ports
from deploy.record import Record, clear_leftovers
from models.database import Database
from models.trust import add

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".run"
REGISTRY = ROOT / "deploy" / "registry.yaml"
RIDE, RIDE_SECONDS = "CLEARWAY_GATEWAY_RIDE_SECONDS", "10"
"""At a desk nobody waits a minute to see the numbers that customs gave a list which it then leaves alone."""
THRIFTY = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""glibc gives what was freed back to the system sooner; other C libraries do not read this."""
START_SECONDS = 90.0
"""A part that has not answered after this long did not start."""


class StackError(Exception):
    """The stack cannot run; the text says why and what to do."""


class Stack:
    """The four parts on one data directory; a context that starts them and leaves no process and no port behind."""

    def __init__(
        self,
        data: Path,
        ports: Ports,
        *,
        detached: bool = False,
        fresh: bool = False,
        signing: Mapping[str, Role] = MappingProxyType({}),
        registries: Sequence[Path] = (REGISTRY,),
        settings: Mapping[str, str] = MappingProxyType({}),
        database_url: str = "",
        worker_processes: int = 1,
    ) -> None:
        """A stack on a data directory, which `fresh` empties first; `detached` is one that `make down` ends.

        `signing` names enterprises that have a key and so must sign, and in which role; `settings` are variables of
        its parts; `database_url` is that of a business database elsewhere than in the data directory.
        """
        self.data = data
        self.database_url = database_url or f"sqlite:///{data / 'clearway.db'}"
        self.ports = ports
        self.temporal_address = f"{LOOPBACK}:{ports.temporal}"
        self.web_ui_url = f"http://{LOOPBACK}:{ports.web_ui}"
        self.gateway_url = f"http://{LOOPBACK}:{ports.gateway}"
        self.simulator_url = f"http://{LOOPBACK}:{ports.simulator}"
        self.keys = Keys(data / "keys")
        self._detached = detached
        self._fresh = fresh
        self._signing = signing
        self._registries = registries
        self._worker_began = EPOCH
        self._environment = self._compose_environment() | dict(settings)
        self.children = [
            self._child("temporal", self._temporal_command()),
            self._child("simulator", (sys.executable, "-m", "simulator", "--port", str(ports.simulator))),
            self._child("gateway", (sys.executable, "-m", "gateway", "--port", str(ports.gateway))),
            self._child("worker", (sys.executable, "worker.py", "--processes", str(worker_processes))),
        ]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def start(self) -> None:
        """Start every part and wait until it answers. Raises StackError with the reason and the remedy."""
        self._refuse_second()
        clear_leftovers(self.data)
        self._refuse_taken_ports()
        if self._fresh:
            shutil.rmtree(self.data, ignore_errors=True)
        now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - keys begin when they are made
        self.keys.make(now, self._signing)
        temporal, simulator, gateway, worker = self.children
        worker.environment["CLEARWAY_SIGNING_KEYS"] = str(self.keys.of_transmitter)
        temporal.start()
        self.write_record(ready=False)
        for registry in self._registries:
            self._load("registry", "models.registry", str(registry))
        self._trust(now)
        self._await(temporal, self._answers(temporal))
        for child in (simulator, gateway, worker):
            child.start()
        self.write_record(ready=False)
        for child in (simulator, gateway, worker):
            self._await(child, self._answers(child))
        self.write_record(ready=True)

    def end(self) -> None:
        """End the parts, the one that depends on most first; safe to call at any moment."""
        for child in reversed(self.children):
            child.end()
        Record.remove(self.data, os.getpid())

    def fallen(self) -> list[Child]:
        """Parts that were started and run no more, but for those that were killed on purpose."""
        return [child for child in self.children if child.exit_status is not None and not child.is_away]

    def part(self, name: str) -> Child:
        """One of its parts: temporal, simulator, gateway or worker."""
        return next(child for child in self.children if child.name == name)

    def start_again(self, name: str) -> None:
        """Start a part that was killed, on its ports and its data, and wait until it answers. Raises StackError."""
        child = self.part(name)
        if name == "worker":
            self._worker_began = datetime.now(UTC)  # noqa: TID251 - the server's clock is this machine's
        child.start()
        self.write_record(ready=True)
        self._await(child, self._answers(child))

    def write_record(self, *, ready: bool) -> None:
        """Note who runs, for `down` and for whoever starts next on this data."""
        Record(
            pid=os.getpid(),
            command=command_of(os.getpid()),
            detached=self._detached,
            ready=ready,
            web_ui_url=self.web_ui_url,
            gateway_url=self.gateway_url,
            simulator_url=self.simulator_url,
            temporal_address=self.temporal_address,
            children={child.name: child.pid for child in self.children if child.pid},
        ).write(self.data)

    @property
    def gateway(self) -> Gateway:
        """Its gateway, and the key of customs to speak there with."""
        return Gateway(self.gateway_url, self.keys.of(CUSTOMS))

    async def connect(self, retries: RetryConfig | None = None) -> Client:
        """A client of this stack's server, whatever `TEMPORAL_*` says. Raises RuntimeError when it does not answer."""
        converter = data_converter(self._environment)
        return await Client.connect(self.temporal_address, data_converter=converter, retry_config=retries)

    def _compose_environment(self) -> dict[str, str]:
        """Our own variables over the user's; a profile for another Temporal server must not lead a part astray."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        return (
            {RIDE: RIDE_SECONDS}
            | THRIFTY
            | inherited
            | {
                "TEMPORAL_ADDRESS": self.temporal_address,
                "TEMPORAL_NAMESPACE": "default",
                "TEMPORAL_CONFIG_FILE": os.devnull,
                "CLEARWAY_DATABASE_URL": self.database_url,
                "CLEARWAY_CUSTOMS_URL": self.simulator_url,
                "CLEARWAY_BANK_URL": self.simulator_url,
                "CLEARWAY_IDENTITY_URL": self.simulator_url,
                "CLEARWAY_SIGNING_PASSWORD_FILE": str(self.keys.password_file),
                "CLEARWAY_SIMULATOR_KEYS": str(self.keys.folder),
                "CLEARWAY_SIMULATOR_TRUST": str(self.keys.for_customs),
                "CLEARWAY_SIMULATOR_ENVELOPE": "true",
                "CLEARWAY_SIMULATOR_GATEWAY_URL": self.gateway_url,
                "CLEARWAY_SIMULATOR_HOST": LOOPBACK,
                "CLEARWAY_GATEWAY_HOST": LOOPBACK,
                "PYTHONUNBUFFERED": "1",
            }
        )

    def _child(self, name: str, command: tuple[str, ...]) -> Child:
        log = self.data / "logs" / f"{name}.log"
        return Child(name, command, log=log, directory=ROOT, environment=_telemetry_of(name, self._environment))

    def _temporal_command(self) -> tuple[str, ...]:
        try:
            binary = temporal_binary()
        except FileNotFoundError as error:
            raise StackError(f"{error}; `make install` installs it") from error
        return (
            *(binary, "server", "start-dev", "--ip", LOOPBACK, "--log-level", "error"),
            *("--port", str(self.ports.temporal), "--ui-port", str(self.ports.web_ui), "--ui-ip", LOOPBACK),
            *storage_arguments(self.data / "temporal.db"),
            *server_arguments(),
        )

    def _refuse_second(self) -> None:
        record = Record.read(self.data)
        if record and record.is_running and record.pid != os.getpid():
            remedy = "end it with: make down" if record.detached else "wait until it ends"
            raise StackError(f"a stack runs on {_shown(self.data)} already (pid {record.pid}); {remedy}")

    def _refuse_taken_ports(self) -> None:
        taken = self.ports.taken()
        if taken:
            told = ", ".join(f"{LOOPBACK}:{port} (for {part.replace('_', ' ')})" for part, port in taken.items())
            raise StackError(
                f"already in use: {told}. End what listens there (`make down`, if it is ours), "
                "or choose another port: make up UP='--temporal 17233 --web-ui 18233 --gateway 18000 --simulator 18100'"
            )

    def _trust(self, now: datetime) -> None:
        """Put everybody's key on file; a second time changes nothing. The tables are there."""
        database = Database(self.database_url)
        try:
            with database.transaction() as session:
                for party, role in {CUSTOMS: Role.CUS, **self._signing}.items():
                    add(session, self.keys.to_trust(party, role), now)
        finally:
            database.close()

    def _load(self, what: str, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, *arguments]
        loaded = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )
        if loaded.returncode:
            raise StackError(f"the {what} could not be loaded:\n{loaded.stderr.strip()[-2000:]}")

    def _answers(self, child: Child) -> Callable[[], bool]:
        match child.name:
            case "temporal":
                return self._temporal_answers
            case "worker":
                return self._worker_polls
            case "gateway":
                return lambda: _answers(f"{self.gateway_url}/health")
        return lambda: _answers(f"{self.simulator_url}/health")

    def _await(self, child: Child, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            if child.exit_status is not None:
                raise StackError(told_of(child))
            if time.monotonic() > deadline:
                raise StackError(f"{child.name} did not answer within {START_SECONDS:.0f} s:\n{child.tail()}")
            time.sleep(STEP)

    def _temporal_answers(self) -> bool:
        async def ask() -> bool:
            return await (await self.connect()).service_client.check_health()

        try:
            return asyncio.run(ask())
        except (RuntimeError, RPCError):
            return False

    def _worker_polls(self) -> bool:
        async def ask() -> bool:
            return await polled(await self.connect(), since=self._worker_began)

        try:
            return asyncio.run(ask())
        except (RuntimeError, RPCError):
            return False


def end_on_signal() -> None:
    """Turn SIGTERM and Ctrl-C into one orderly SystemExit; a second one does not disturb the parts' ending."""

    def leave(number: int, _: object) -> None:
        for demand in (signal.SIGTERM, signal.SIGINT):
            signal.signal(demand, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for demand in (signal.SIGTERM, signal.SIGINT):
        signal.signal(demand, leave)


def told_of(child: Child) -> str:
    """That a part has ended, how, and the end of its log."""
    return f"{child.name} ended with status {child.exit_status}; the end of {_shown(child.log)}:\n{child.tail()}"


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _telemetry_of(name: str, environment: dict[str, str]) -> dict[str, str]:
    """Traces of our own parts, and metrics of the worker alone: two parts cannot serve one port.

    Temporal's server reads the same variables with other values and would not start.
    """
    if name == "temporal":
        return {variable: value for variable, value in environment.items() if not variable.startswith("OTEL_")}
    return environment if name == "worker" else environment | {"OTEL_METRICS_EXPORTER": "none"}
