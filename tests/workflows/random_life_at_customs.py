"""What customs does in random lives, and what enterprises do about it, in any order: documents, control, changes."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clearway.contracts import names
from clearway.contracts.case import CancelRequest, GoodsExit, LicenceSupply
from clearway.contracts.customs import Disposition, InspectionOutcome
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from clearway.contracts.states import ENDS, State
from clearway.testing import AGENT, EBC, WAREHOUSE
from tests.workflows.random_life import A_DAY, A_MINUTE, RandomLife, diligent, seen, which, without_counts

DOCUMENT_CODES = ("3", "4", "100", "120", "120", "-301010", "777")
LIST_CODES = ("3", "4", "100", "120", "120", "300", "399", "399", "500", "501", "-621013")
CHANGE_CODES = ("4", "100", "120", "399", "399", "-623025", "777")
FEES = ("0.00", "10.00", "90.00", "600.00")
DISPOSITIONS = (*Disposition, *((Disposition.RELEASE,) * 6))
EARLY = (State.SUBMITTED, State.MATCH_FAILED, State.MATCHED)
FILED = (State.MATCHED, State.INSPECTED, State.DETAINED)


class RandomLifeAtCustoms(RandomLife):
    """Everything until the release, and what control does after it."""

    # --- documents and customs' answers -------------------------------------------------------------------------------

    @precondition(lambda self: any(view is None or view.state in EARLY for view in self.views))
    @rule(number=which, kinds=st.sets(st.sampled_from(DocumentKind), min_size=1), busy=diligent)
    def hand_in(self, number: int, kinds: set[DocumentKind], busy: bool) -> None:
        """Some documents."""
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.hand_in(listed, *sorted(kinds))

    @precondition(lambda self: any(view is None or view.state in ENDS for view in self.views))
    @rule(number=which)
    def begin_after_the_retention(self, number: int) -> None:
        """All documents; if the list is over, the server has forgotten it."""
        listed = self.world.lists[number]
        with self.asked(listed):
            self.world.hand_in(listed, *DocumentKind, after_retention=True)

    @precondition(seen(lambda view: view.state in EARLY))
    @rule(number=which, kind=st.sampled_from(DocumentKind), wrong=st.booleans(), busy=diligent)
    def correct(self, number: int, kind: DocumentKind, wrong: bool, busy: bool) -> None:
        """A document in another version, which may contradict the others."""
        wrongly = {DocumentKind.PAYMENT: {"payer_name": "王五"}, DocumentKind.WAYBILL: {"order_no": "L9"}}
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.correct(listed, kind, **(wrongly.get(kind, {}) if wrong else {}))

    @precondition(seen(lambda view: view.state in EARLY and view.documents))
    @rule(
        number=which,
        kinds=st.sets(st.sampled_from(THREE_DOCUMENTS), min_size=1),
        status=st.sampled_from(DOCUMENT_CODES),
        busy=diligent,
    )
    def documents_answered(self, number: int, kinds: set[DocumentKind], status: str, busy: bool) -> None:
        """Customs on some of the three documents."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], status, about=sorted(kinds))

    @precondition(seen(lambda view: view.state in FILED))
    @rule(
        number=which,
        statuses=st.lists(st.sampled_from(LIST_CODES), min_size=1, max_size=2),
        late=st.sampled_from((0, 0, 0, 90)),
        busy=diligent,
    )
    def list_answered(self, number: int, statuses: list[str], late: int, busy: bool) -> None:
        """Customs on the list."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], *statuses, at=self.world.now - late * A_MINUTE)

    @precondition(seen(lambda view: view.state in FILED))
    @rule(number=which, days=st.sampled_from((0, 0, 20, 29, 30, 31, 44)), busy=diligent)
    def released(self, number: int, days: int, busy: bool) -> None:
        """Customs released it, which we may hear of long after."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], "800", at=self.world.now - days * A_DAY)

    @precondition(lambda self: any(each.said for each in self.world.lists))
    @rule(number=which, back=st.integers(0, 7))
    def repeat(self, number: int, back: int) -> None:
        """Something is said again, word for word: it changes nothing."""
        listed = self.world.lists[number]
        self.world.settle_down()
        if not listed.said:
            return
        before = without_counts(self.kept(listed))
        with self.told():
            self.world.server.signal(*listed.said[-1 - back % len(listed.said)])
        after = without_counts(self.kept(listed))
        assert after == before, (before, after)

    # --- control ------------------------------------------------------------------------------------------------------

    @precondition(seen(lambda view: view.state not in ENDS and not view.instructions))
    @rule(number=which, name=st.sampled_from(("K-1", "K-2")), presence=st.booleans(), busy=diligent)
    def instruct(self, number: int, name: str, presence: bool, busy: bool) -> None:
        """Customs wants to inspect."""
        with self.told(busy=busy):
            self.world.instruct(self.world.lists[number], name, presence=presence)

    @precondition(seen(lambda view: len(view.instructions) > len(view.inspection_results)))
    @rule(number=which, name=st.sampled_from(("K-1", "K-2")), sound=st.booleans(), busy=diligent)
    def inspect(self, number: int, name: str, sound: bool, busy: bool) -> None:
        """Customs has inspected."""
        outcome = InspectionOutcome.NORMAL if sound else InspectionOutcome.ABNORMAL
        with self.told(busy=busy):
            self.world.inspect(self.world.lists[number], name, outcome)

    @precondition(seen(lambda view: view.state is State.DETAINED))
    @rule(number=which, disposition=st.sampled_from(DISPOSITIONS), busy=diligent)
    def dispose(self, number: int, disposition: Disposition, busy: bool) -> None:
        """Customs decides about what it found."""
        with self.told(busy=busy):
            self.world.dispose(self.world.lists[number], disposition)

    @rule(number=which, name=st.sampled_from(("H-1", "H-2")), lifted=st.booleans(), busy=diligent)
    def hold(self, number: int, name: str, lifted: bool, busy: bool) -> None:
        """Customs holds a list, or lets it go."""
        with self.told(busy=busy):
            self.world.hold(self.world.lists[number], name, lifted=lifted)

    @precondition(seen(lambda view: view.instructions))
    @rule(
        number=which,
        name=st.sampled_from(("K-1", "K-2")),
        by=st.sampled_from((EBC, AGENT)),
        letter=st.booleans(),
        busy=diligent,
    )
    def attend(self, number: int, name: str, by: str, letter: bool, busy: bool) -> None:
        """Somebody will be there when customs inspects."""
        self.ask(number, names.CONFIRM_PRESENCE, self.world.presence(name, by, letter=letter), busy)

    @precondition(seen(lambda view: view.state is State.DETAINED))
    @rule(number=which)
    def supply_licence(self, number: int) -> None:
        """A licence is handed in."""
        licence = LicenceSupply(actor=EBC, licence_type="import", licence_no="1")
        self.ask(number, names.SUPPLY_LICENCE, licence, True)

    @precondition(seen(lambda view: view.clocks))
    @rule(number=which, ahead=st.sampled_from((0, 0, 1)))
    def leave(self, number: int, ahead: int) -> None:
        """The goods go to the buyer."""
        left = GoodsExit(actor=WAREHOUSE, exited_at=self.world.now + ahead * A_MINUTE)
        self.ask(number, names.CONFIRM_EXIT, left, True)

    # --- changes ------------------------------------------------------------------------------------------------------

    @precondition(seen(lambda view: view.state in FILED))
    @rule(number=which, fee=st.sampled_from(FEES), busy=diligent)
    def modify(self, number: int, fee: str, busy: bool) -> None:
        """Another price, which may be above every limit."""
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.modify(listed, Decimal(fee))

    @precondition(seen(lambda view: view.state not in (*ENDS, *EARLY)))
    @rule(number=which, busy=diligent)
    def cancel(self, number: int, busy: bool) -> None:
        """The buyer thinks better of it."""
        self.ask(number, names.CANCEL, CancelRequest(actor=EBC, reason="not wanted any more"), busy)

    @precondition(seen(lambda view: any(each.kind == "cancellation" for each in view.changes)))
    @rule(number=which, status=st.sampled_from(CHANGE_CODES), busy=diligent)
    def cancellation_answered(self, number: int, status: str, busy: bool) -> None:
        """Customs on an application to cancel."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], status, about=(ApplicationKind.CANCELLATION,))
