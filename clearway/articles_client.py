"""What individuals, logistics enterprises and customs do with a List of Items (RULEBOOK B.12)."""

from clearway.calls import Calls, Opening
from clearway.contracts import names
from clearway.contracts.articles import (
    Approval,
    ArticlesAnswer,
    ArticlesKey,
    ArticlesList,
    ArticlesView,
    ChooseDisposition,
    CustomsArticlesDecision,
    Disposition,
    StartArticles,
    SubmitApproval,
    SubmitArticles,
)
from clearway.contracts.parties import Sender


class ArticlesCalls(Calls):
    """The calls about Lists of Items; part of `ClearwayClient`."""

    async def submit_articles(self, articles: ArticlesList, *, sender: Sender, profile: str = "SEED") -> ArticlesAnswer:
        """Hand in a List of Items, new or corrected; the answer lists every problem at once.

        Raises Refused (too late, unknown profile), AlreadyEnded, ServiceUnavailable.
        """
        key = ArticlesKey(declarant_code=articles.declarant_code, list_no=articles.list_no)
        start = StartArticles(key=key, profile=profile)
        opening = Opening(names.ARTICLES_LIST, key.workflow_id, start, tenant=key.declarant_code)
        summary = f"List of Items {key.list_no} · port {articles.customs_code}"
        request = SubmitArticles(articles=articles, sender=sender)
        return await self._open_with(opening, summary, names.SUBMIT_ARTICLES, request, ArticlesAnswer)

    async def submit_approval(self, key: ArticlesKey, approval: Approval, *, sender: Sender) -> ArticlesAnswer:
        """Hand in the approval of a controlled article. Raises Refused, NotFound, AlreadyEnded, ServiceUnavailable."""
        request = SubmitApproval(approval=approval, sender=sender)
        return await self._ask(key.workflow_id, names.SUBMIT_APPROVAL, request, ArticlesAnswer)

    async def choose_disposition(
        self, key: ArticlesKey, disposition: Disposition, *, actor: str, reason: str
    ) -> ArticlesAnswer:
        """Choose what becomes of a parcel that cannot pass.

        Raises Refused (not offered, nothing in the way …), NotFound, AlreadyEnded, ServiceUnavailable.
        """
        request = ChooseDisposition(disposition=disposition, actor=actor, reason=reason)
        return await self._ask(key.workflow_id, names.CHOOSE_DISPOSITION, request, ArticlesAnswer)

    async def decide_articles(self, workflow_id: str, decision: CustomsArticlesDecision) -> None:
        """Hand customs' decision to a List of Items (the inbox does this)."""
        await self._signal(workflow_id, names.ARTICLES_DECISION, decision)

    async def view_articles(self, key: ArticlesKey) -> ArticlesView:
        """The whole List of Items. Raises NotFound, ServiceUnavailable."""
        return await self._read(key.workflow_id, ArticlesView)
