"""Reading packs: each is a set of parameter files laid on top of the library's, and never changes once loaded."""

from collections.abc import Mapping
from functools import reduce

from pydantic import TypeAdapter
from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import ParameterError, Parameters, built_in_parameters
from models.tables import ArticlesRecord, CaseRecord, RulePack

LIBRARY_ONLY = 0
"""Number of the pack that is none: the library's rules alone."""

FILES = TypeAdapter(dict[str, str])
"""What a pack keeps: the text of each file by its name."""


NEWEST = select(func.max(RulePack.number))
"""The number of the newest pack; none where none was loaded."""
_OF_LIST = select(CaseRecord.rule_pack).where(col(CaseRecord.workflow_id) == bindparam("workflow_id"))
_PACK_OF = select(func.coalesce(_OF_LIST.scalar_subquery(), NEWEST.scalar_subquery()))


class RulePacks:
    """Rule sets by the number of their pack, each read once."""

    def __init__(self) -> None:
        self._read: dict[int, Parameters] = {LIBRARY_ONLY: built_in_parameters()}

    def of(self, session: Session, record: CaseRecord | None) -> Parameters:
        """The rules of a case; for one that is not opened yet, those it would be opened under."""
        return self.numbered(session, newest(session) if record is None else record.rule_pack)

    def numbered(self, session: Session, number: int) -> Parameters:
        """The rules with one pack on top; raises ParameterError when they no longer fit this version's library."""
        if number not in self._read:
            self._read[number] = laid(files_of(session, number))
        return self._read[number]


def check_packs(session: Session) -> None:
    """See that every pack that is still needed fits this version's library; raises ParameterError, naming the pack.

    Needed are the newest and those that open lists keep. Better a worker that does not start than lists that stop.
    """
    needed = {newest(session)}
    for table in (CaseRecord, ArticlesRecord):
        needed.update(session.exec(select(table.rule_pack).where(col(table.ended_at).is_(None)).distinct()))
    for number in sorted(needed):
        try:
            laid(files_of(session, number))
        except ParameterError as error:
            raise ParameterError(*(f"rule pack {number}: {complaint}" for complaint in error.complaints)) from None


def newest(session: Session) -> int:
    """The pack under which lists are opened now."""
    return session.exec(NEWEST).one() or LIBRARY_ONLY


def pack_of(session: Session, workflow_id: str) -> int:
    """The pack of a list; of one that is not opened yet, the newest."""
    return session.exec(_PACK_OF, params={"workflow_id": workflow_id}).one() or LIBRARY_ONLY


def files_of(session: Session, number: int) -> dict[str, str]:
    """The files of a pack, by name."""
    return FILES.validate_json(session.get_one(RulePack, number).content) if number else {}


def laid(files: Mapping[str, str]) -> Parameters:
    """The library's rules with files on top, by their names' order; raises ParameterError with all that is wrong."""
    own = [read_own_rules(text, name) for name, text in sorted(files.items())]
    return reduce(lay_over, own, built_in_parameters())
