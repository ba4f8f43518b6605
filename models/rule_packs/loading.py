"""Loading and withdrawing parameter files: a new pack for the lists opened from now on, and whom it concerns."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from pydantic import Field
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from clearway.contracts.base import Contract, Instant
from clearway.rules.rule_changes import RuleChange, changes_between
from models.rule_packs.packs import FILES, files_of, laid, newest
from models.tables import ArticlesRecord, CaseRecord, RulePack


class Effect(Contract):
    """What a new pack changes, and for whom."""

    pack: int = Field(description="Number of the new pack; 0 for the library's rules alone")
    version: str = Field(description="Fingerprint of the rules with it on top")
    files: tuple[str, ...]
    changes: tuple[RuleChange, ...] = Field(description="Against the rules of the pack before")
    open_lists: dict[int, int] = Field(description="Lists that are open, by the pack they keep: none of them changes")
    loaded: bool = Field(description="False where it was only tried, or changes nothing")


class PackShown(Contract):
    """One pack as it was loaded."""

    pack: int
    version: str
    files: tuple[str, ...]
    actor: str
    reason: str
    loaded_at: Instant
    open_lists: int


def load(
    session: Session, files: Mapping[str, str], *, actor: str, reason: str, at: datetime, only_try: bool = False
) -> Effect:
    """Lay files on top for the lists opened from now on; a file replaces the one of its name, others stay.

    Raises ParameterError with everything that is wrong; then nothing is loaded.
    """
    before = _keep_newest(session)
    return _change(session, {**files_of(session, before), **files}, before, actor, reason, at, only_try)


def withdraw(session: Session, name: str, *, actor: str, reason: str, at: datetime, only_try: bool = False) -> Effect:
    """Take a file off for the lists opened from now on; raises LookupError where no such file is loaded."""
    before = _keep_newest(session)
    files = files_of(session, before)
    if name not in files:
        raise LookupError(f"{name}: no such file is loaded; loaded are: {', '.join(sorted(files)) or 'none'}")
    del files[name]
    return _change(session, files, before, actor, reason, at, only_try)


def packs(session: Session) -> tuple[PackShown, ...]:
    """Every pack, newest first."""
    kept = _open_lists(session)
    rows = session.exec(select(RulePack).order_by(col(RulePack.number).desc()))
    return tuple(
        PackShown(
            pack=row.number or 0,
            version=row.version,
            files=tuple(sorted(FILES.validate_json(row.content))),
            actor=row.actor,
            reason=row.reason,
            loaded_at=row.loaded_at,
            open_lists=kept.get(row.number or 0, 0),
        )
        for row in rows
    )


def _keep_newest(session: Session) -> int:
    """The newest pack, which stays the newest until this transaction ends: no change loses another one's file."""
    if session.get_bind().dialect.name == "postgresql":  # whoever only reads the packs need not wait
        session.execute(text("LOCK TABLE rule_pack IN SHARE ROW EXCLUSIVE MODE"))
    return newest(session)


def _change(
    session: Session,
    files: Mapping[str, str],
    before: int,
    actor: str,
    reason: str,
    at: datetime,
    only_try: bool,
) -> Effect:
    rules = laid(files)
    changes = changes_between(laid(files_of(session, before)), rules)
    number, loaded = before, bool(changes) and not only_try
    if loaded:
        row = RulePack(
            version=rules.version,
            name=", ".join(sorted(files))[:200],
            content=FILES.dump_json(dict(files)).decode(),
            actor=actor,
            reason=reason,
            loaded_at=at,
        )
        session.add(row)
        session.flush()
        number = row.number or 0
    return Effect(
        pack=number,
        version=rules.version,
        files=tuple(sorted(files)),
        changes=changes,
        open_lists=_open_lists(session),
        loaded=loaded,
    )


def _open_lists(session: Session) -> dict[int, int]:
    counted: Counter[int] = Counter()
    for table in (CaseRecord, ArticlesRecord):
        rows = select(table.rule_pack, func.count()).where(col(table.ended_at).is_(None))
        counted.update(dict(session.exec(rows.group_by(col(table.rule_pack))).all()))
    return dict(counted)
