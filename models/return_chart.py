"""The life of one return of goods as a state chart (RULEBOOK B.8)."""

from statemachine import State

from models.lifecycle import Lifecycle


class GoodsReturnChart(Lifecycle):
    """Goods may travel, and arrive in parts, while customs still decides; only accepted returns are confirmed."""

    applied = State("applied", initial=True)
    accepted = State("accepted")
    in_transit = State("in_transit")
    arrived = State("arrived")
    checked = State("checked")
    confirmed = State("confirmed", final=True)
    refused = State("refused", final=True)
    expired = State("expired", final=True)
    not_original = State("not_original", final=True)
    withdrawn = State("withdrawn", final=True)

    accept = applied.to(accepted)
    ship = applied.to(in_transit) | accepted.to(in_transit)
    arrive = (
        applied.to(arrived) | accepted.to(arrived) | in_transit.to(arrived) | arrived.to(arrived) | checked.to(arrived)
    )
    check = arrived.to(checked) | checked.to(checked)
    confirm = checked.to(confirmed)
    find_not_original = checked.to(not_original)
    expire = applied.to(expired) | accepted.to(expired) | in_transit.to(expired)
    withdraw = applied.to(withdrawn) | accepted.to(withdrawn) | in_transit.to(withdrawn)
    refuse = (
        applied.to(refused) | accepted.to(refused) | in_transit.to(refused) | arrived.to(refused) | checked.to(refused)
    )
