"""`make up` and `make down`: the local stack in the background, on the documented ports."""

import argparse
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from deploy.child import STEP, Child, command_of
from deploy.ports import LOOPBACK, Ports
from deploy.record import NAME, Record, clear_leftovers
from deploy.stack import ROOT, RUN, START_SECONDS, Stack, StackError, end_on_signal, told_of

RESTARTS = 3
"""A part that ends so often within a minute is not started again."""
MINUTE = 60.0


def main() -> int:
    """Start in the background, end, or run in the foreground; 1 when that is not possible, with the reason."""
    arguments = _parser().parse_args()
    try:
        data = RUN / arguments.data
        if arguments.action == "down":
            return down(data)
        ports = Ports(arguments.temporal, arguments.web_ui, arguments.gateway, arguments.simulator)
        if arguments.action == "up":
            return up(data, ports)
        run(data, ports)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def up(data: Path, ports: Ports) -> int:
    """Start a stack that outlives this command, and tell where it is; say so when it runs already."""
    record = Record.read(data)
    if record and record.is_running:
        sys.stdout.write(f"It is already running (pid {record.pid}).\n\n{_directions(data, record)}")
        return 0
    log = data / "logs" / "stack.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    numbers = [text for part, port in asdict(ports).items() for text in (f"--{part.replace('_', '-')}", str(port))]
    command = [sys.executable, "-m", "deploy.up", "run", "--data", str(data), *numbers]
    supervisor = Child("stack", command, log=log, directory=ROOT, environment=os.environ)
    supervisor.start()
    deadline = time.monotonic() + 2 * START_SECONDS
    while not ((record := Record.read(data)) and record.ready and record.pid == supervisor.pid):
        if supervisor.exit_status is not None or time.monotonic() > deadline:
            supervisor.end()
            raise StackError(log.read_text(encoding="utf-8", errors="replace").strip())
        time.sleep(STEP)
    sys.stdout.write(_directions(data, record))
    return 0


def down(data: Path) -> int:
    """End every stack that `up` started on this data or below it, and what a killed one left; no demo under way."""
    ended = 0
    for note in sorted(data.glob(f"**/{NAME}")):
        record = Record.read(note.parent)
        if record is None or (record.is_running and not record.detached):
            continue
        if record.is_running:
            os.kill(record.pid, signal.SIGTERM)
            _await_end(record)
        clear_leftovers(note.parent)
        ended += 1
    sys.stdout.write("Ended; the data stays in .run/.\n" if ended else "Nothing to end.\n")
    return 0


def run(data: Path, ports: Ports) -> NoReturn:
    """Run the stack until SIGTERM or Ctrl-C; a part that ends by itself is started again, within reason."""
    end_on_signal()
    with Stack(data, ports, detached=True) as stack:
        starts: dict[str, list[float]] = {child.name: [] for child in stack.children}
        while True:
            time.sleep(1)
            for child in stack.fallen():
                now = time.monotonic()
                recent = [start for start in starts[child.name] if now - start < MINUTE]
                sys.stderr.write(f"{told_of(child)}\n")
                if len(recent) >= RESTARTS:
                    raise StackError(f"{child.name} ended {RESTARTS + 1} times within a minute; the stack ends")
                starts[child.name] = [*recent, now]
                child.start()
                stack.write_record(ready=True)


def _await_end(record: Record) -> None:
    deadline = time.monotonic() + START_SECONDS
    while command_of(record.pid) == record.command:
        if time.monotonic() > deadline:
            raise StackError(f"the stack (pid {record.pid}) did not end within {START_SECONDS:.0f} s")
        time.sleep(STEP)


def _directions(data: Path, record: Record) -> str:
    usual = record.temporal_address == f"{LOOPBACK}:{Ports().temporal}"
    there = "" if usual else f"  export TEMPORAL_ADDRESS={record.temporal_address}\n"
    database = Path(os.path.relpath(data, ROOT)) / "clearway.db"
    if data != RUN:
        there += f"  export CLEARWAY_DATABASE_URL=sqlite:///{database}\n"
    return f"""\
Clearway is up.

  Web UI        {record.web_ui_url}
  gateway       {record.gateway_url}/docs
  simulator     {record.simulator_url}/scenarios
  Temporal      {record.temporal_address}

Next:
{there}  .venv/bin/clearway --help   send documents, declare lists, follow them
  .venv/bin/python -m models.ledger --help   guarantees, annual amounts
  make down                   end it; the data stays
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.up", description=__doc__)
    parser.add_argument("action", choices=("up", "down", "run"), help="in the background, end it, in the foreground")
    parser.add_argument("--data", default="", help="folder of .run/ to work on, e.g. demo (default: .run itself)")
    for part, port in asdict(Ports()).items():
        told = part.replace("_", " ")
        parser.add_argument(f"--{part.replace('_', '-')}", type=_port, default=port, help=f"port of {told} ({port})")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
