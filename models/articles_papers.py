"""The papers of a List of Items on file: what was taken, and the list as they make it together (RULEBOOK B.12)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from clearway.contracts.articles import Approval, ArticlesList
from clearway.rules.fingerprint import content_hash
from models.articles_work import ExamineArticles
from models.tables import ArticlesPaper


class PaperKind(StrEnum):
    """What a paper is."""

    LIST = "list"
    APPROVAL = "approval"


class Papers:
    """The papers of one list, oldest first; of each number the latest counts."""

    def __init__(self, session: Session, workflow_id: str) -> None:
        self._session = session
        self._workflow_id = workflow_id
        rows = select(ArticlesPaper).where(ArticlesPaper.workflow_id == workflow_id).order_by(col(ArticlesPaper.id))
        self._rows = list(session.exec(rows))

    def latest(self, kind: PaperKind, number: str) -> ArticlesPaper | None:
        """The latest paper of a number."""
        return next((row for row in reversed(self._rows) if (row.kind, row.number) == (kind, number)), None)

    def with_new(self, request: ExamineArticles) -> ArticlesList | None:
        """The list as it would be with what is handed in: approvals on file and its own; None while there is none."""
        papers: list[ArticlesList | Approval] = [_parse(row) for row in self._rows]
        papers += [paper for paper in (request.articles, request.approval) if paper is not None]
        lists = [paper for paper in papers if isinstance(paper, ArticlesList)]
        if not lists:
            return None
        return lists[-1].model_copy(update={"approvals": tuple(_approvals(papers, lists[-1]))})

    def keep(self, request: ExamineArticles) -> None:
        """Keep what was handed in."""
        paper = request.articles or request.approval
        assert paper is not None  # a request brings one of the two
        row = ArticlesPaper(
            workflow_id=self._workflow_id,
            kind=PaperKind.LIST if request.articles else PaperKind.APPROVAL,
            number=number_of(paper),
            content_hash=content_hash(paper),
            sender=request.sender.code,
            used_on=_used_on(paper, request.now),
            accepted_at=request.now,
            body=paper.model_dump_json(),
        )
        self._session.add(row)
        self._rows.append(row)


def number_of(paper: ArticlesList | Approval) -> str:
    """The number under which a paper may be handed in again: an approval's, with its type, or the list's."""
    return f"{paper.approval_type}|{paper.number}" if isinstance(paper, Approval) else paper.list_no


def _approvals(papers: Iterable[ArticlesList | Approval], listed: ArticlesList) -> Iterable[Approval]:
    """Approvals handed in by themselves, and those of the newest list, in the order they came."""
    for paper in papers:
        if isinstance(paper, Approval):
            yield paper
        elif paper is listed:
            yield from paper.approvals


def _parse(row: ArticlesPaper) -> ArticlesList | Approval:
    model = ArticlesList if row.kind == PaperKind.LIST else Approval
    return model.model_validate_json(row.body)


def _used_on(paper: ArticlesList | Approval, now: datetime) -> datetime:
    return paper.app_time if isinstance(paper, ArticlesList) else now
