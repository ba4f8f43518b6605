"""What a strict check found: faults, each with the element's path and line, and warnings that no schema gives."""

from lxml import etree
from pydantic import Field, computed_field

from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem, Severity
from clearway.messages.form import Edition

MOST_FAULTS = 1000
"""Beyond this many they are counted, not described."""

MOST_COUNTED = 10_000
"""Beyond this many they are not even counted."""


class Fault(Problem):
    """One fault of one element: its values are masked where they are personal."""

    path: str = Field(description="The element's path, counting from 1: `Inventory[2]/InventoryHead/itemNo`")
    line: int | None = Field(None, description="Line of the source where the element begins")


class Report(Contract):
    """The verdict on one message."""

    message_type: str | None = Field(description="CEB311, CEB622, …; None where the message does not tell")
    edition: Edition = Field(description="The edition it was held against")
    faults: tuple[Fault | Problem, ...] = Field(
        (), description="Everything that makes it invalid; where it is no XML at all, why it was refused"
    )
    warnings: tuple[Fault, ...] = Field((), description="What the specification's text asks for beyond its schema")
    undescribed: int = Field(0, description="Faults beyond the first thousand; at most some ten thousand are counted")

    @computed_field(description="Whether the schema of the edition admits it")  # type: ignore[prop-decorator]
    @property
    def valid(self) -> bool:
        """Whether the schema of the edition admits the message."""
        return not self.faults and not self.undescribed


class Enough(Exception):
    """So many faults that looking for more would only cost time."""


class Findings:
    """Faults and warnings while they are collected."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.undescribed = 0

    def fault(
        self,
        code: str,
        at: tuple[str, etree._Element | None],
        message: tuple[str, str],
        remedy: tuple[str, str],
        found: str | None = None,
    ) -> None:
        """Add a fault; `at` is the path and the element, `found` is masked already."""
        self._add(self.faults, code, at, message, remedy, found, Severity.HARD)

    def warn(
        self,
        code: str,
        at: tuple[str, etree._Element | None],
        message: tuple[str, str],
        remedy: tuple[str, str],
        found: str | None = None,
    ) -> None:
        """Add a warning."""
        self._add(self.warnings, code, at, message, remedy, found, Severity.WARNING)

    def _add(
        self,
        kept: list[Fault],
        code: str,
        at: tuple[str, etree._Element | None],
        message: tuple[str, str],
        remedy: tuple[str, str],
        found: str | None,
        severity: Severity,
    ) -> None:
        if len(kept) >= MOST_FAULTS:
            self.undescribed += severity is Severity.HARD
            if self.undescribed > MOST_COUNTED:
                raise Enough
            return
        path, element = at
        path = path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"
        line = element.sourceline if element is not None else None
        where = (f" (line {line})", f"（第 {line} 行）") if line else ("", "")
        kept.append(
            Fault(
                code=code,
                severity=severity,
                fields=(FieldValue(field=path, value=found),),
                path=path,
                line=line,
                message_en=f"{path}: {message[0]}{where[0]}",
                message_zh=f"{path}：{message[1]}{where[1]}",
                remedy_en=remedy[0],
                remedy_zh=remedy[1],
                reference="REFERENCE §2, §3, §4",
            )
        )


_LONGEST_PATH = 200
