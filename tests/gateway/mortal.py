"""A gateway that dies at a chosen step, and the world that outlives it: its database and the real cases."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from clearway.contracts.case import CaseKey, StartCase
from clearway.contracts.customs import CustomsNews
from clearway.rules.fingerprint import content_hash
from models.case import DeclarationCase
from models.database import Database
from tests.gateway.recording import START, RecordingCases

ANY = "any step"


class Killed(BaseException):
    """The process ended here; nothing after it was done."""


class Fate:
    """Decides at which step the process dies. Once dead, it does nothing more until it is born again."""

    def __init__(self) -> None:
        self.die_at: str | None = None
        self.after = 0
        self.dead = False
        self.steps: list[str] = []
        self.killed_at: Counter[str] = Counter()
        self._lock = threading.Lock()

    def be_born(self, die_at: str | None, after: int = 0) -> None:
        """A new process, which dies at the first step of this name, or any, once it has done so many; None: never."""
        self.die_at, self.after, self.dead, self.steps = die_at, after, False, []

    def step(self, where: str) -> None:
        """One more step between the receipt and the signal begins; raises Killed."""
        with self._lock:
            if self.dead:
                raise Killed
            self.steps.append(where)
            if self.die_at in (where, ANY) and len(self.steps) > self.after:
                self.dead = True
                self.killed_at[where] += 1
                raise Killed


class MortalDatabase(Database):
    """Every transaction may be the last: before it begins, before it commits, or once it has."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self.fate = fate
        event.listen(self.engine, "connect", _hurry)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One business transaction of a process that may die at its edges."""
        where = sys._getframe(2).f_code.co_name
        self.fate.step(f"{where}: begin")
        with super().transaction() as session:
            yield session
            self.fate.step(f"{where}: commit")
        self.fate.step(f"{where}: done")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Reads outside a transaction end a process as well."""
        where = sys._getframe(2).f_code.co_name
        self.fate.step(f"{where}: begin")
        with super().reading() as session:
            yield session
            self.fate.step(f"{where}: commit")
        self.fate.step(f"{where}: done")


def _hurry(connection: Any, _record: Any) -> None:
    """The process dies here, never the machine: what is committed is not waited for until it lies on the disk."""
    connection.execute("PRAGMA synchronous=OFF").close()


class MortalCases(RecordingCases):
    """The real cases at the other end of a line that may break before they hear or before they have answered."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self.fate = fate
        self.lists: dict[str, DeclarationCase] = {}
        self.documents: dict[str, list[str]] = {}

    async def _take(self, what: str, workflow_id: str, content: object) -> Any:
        self.fate.step(f"{what}: call")
        self._apply(what, workflow_id, content)
        self.fate.step(f"{what}: answer")
        return await super()._take(what, workflow_id, content)

    def _apply(self, what: str, workflow_id: str, content: Any) -> None:
        case = self.lists.setdefault(workflow_id, new_case(workflow_id))
        if what == "deliver":
            hear(case, content, START)
        elif what == "instruct":
            case.take_instruction(content)
        elif what == "transmit":
            kept = self.documents.setdefault(workflow_id, [])
            if (fingerprint := content_hash(content[0])) not in kept:  # as our desk does with what is on file
                kept.append(fingerprint)


def new_case(workflow_id: str) -> DeclarationCase:
    """A list as its workflow carries it."""
    return DeclarationCase(StartCase(key=CaseKey.of(workflow_id)))


def hear(case: DeclarationCase, news: CustomsNews, at: datetime) -> None:
    """What the workflow does with a signal."""
    case.take_news(news, at)
