"""The life of a suspicion report as a state chart (RULEBOOK B.16)."""

from statemachine import State

from models.lifecycle import Lifecycle


class SuspicionReportChart(Lifecycle):
    """States carry their published names; a report that is with customs ends by customs' word only."""

    submitted = State("submitted", initial=True)
    acknowledged = State("acknowledged")
    lifted = State("lifted", final=True)
    case_opened = State("case_opened", final=True)
    refused = State("refused", final=True)

    acknowledge = submitted.to(acknowledged)
    lift = acknowledged.to(lifted)
    open_case = acknowledged.to(case_opened)
    refuse = submitted.to(refused)
