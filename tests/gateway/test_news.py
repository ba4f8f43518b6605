"""News that an earlier release kept is known when it is repeated."""

import hashlib
from datetime import UTC, datetime

from clearway.contracts.customs import ControlInstruction
from gateway.news import News

KEPT_BY_0_1 = (
    '{"receipt":null,"bill":null,"control":{"instruction_id":"K-1","method":"MANUAL_FULL","sample_ratio":null,'
    '"reason_code":"","presence_required":true,"issued_at":"2026-03-10T09:00:00+08:00","issuer":"2991","due_by":null},'
    '"result":null,"submission":null}'
)


def test_a_control_instruction_kept_by_0_1_is_known_again() -> None:
    issued = datetime(2026, 3, 10, 1, tzinfo=UTC)
    news = News(
        addresses=("case|E|1",), control=ControlInstruction(instruction_id="K-1", issued_at=issued, issuer="2991")
    )
    assert news.dedupe_key == hashlib.sha256(f"control\ncase|E|1\n{KEPT_BY_0_1}".encode()).hexdigest()
