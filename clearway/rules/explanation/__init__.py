"""A judgement told from its recorded facts, step by step, so that a clerk can check it by hand (DESIGN law 1)."""

from clearway.contracts.case import CaseView
from clearway.rules.explanation.afterwards import deadlines, goods_return, payment
from clearway.rules.explanation.holds import guarantee, quota
from clearway.rules.explanation.judged import identity, limits, matching
from clearway.rules.explanation.steps import Chapter, Explanation, Step, Verdict
from clearway.rules.explanation.taxes import taxes

__all__ = ["Chapter", "Explanation", "Step", "Verdict", "explain"]


def explain(view: CaseView) -> Explanation:
    """Tell how a list was judged and what follows; a list that was not judged yet has no chapter of it."""
    judgement, chapters = view.judgement, list[Chapter | None]()
    if judgement:
        chapters += [identity(judgement), matching(judgement), limits(judgement), quota(judgement)]
        chapters += [guarantee(judgement), taxes(judgement)]
    chapters += [deadlines(view), goods_return(view), payment(view)]
    clocks_version = view.clocks.rules_version if view.clocks else ""
    return Explanation(
        key=view.key,
        profile=judgement.profile if judgement else view.profile,
        rules_version=(judgement.rules_version if judgement else "") or clocks_version,
        chapters=tuple(chapter for chapter in chapters if chapter),
    )
