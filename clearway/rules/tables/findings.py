"""What may be done with goods that an inspection found abnormal (RULEBOOK B.5)."""

from typing import Self

from pydantic import model_validator

from clearway.contracts.customs import Disposition
from clearway.rules.tables.row import Row


class FindingRow(Row):
    """The dispositions that follow one kind of finding: under every supervision mode, bonded ones, direct purchase."""

    dispositions: tuple[Disposition, ...] = ()
    bonded: tuple[Disposition, ...] = ()
    direct: tuple[Disposition, ...] = ()

    @model_validator(mode="after")
    def _leave_a_way_out(self) -> Self:
        if not self.dispositions and not (self.bonded and self.direct):
            raise ValueError("name at least one disposition for bonded goods and one for direct purchase")
        return self

    def under(self, *, bonded: bool) -> tuple[Disposition, ...]:
        """What is usual under a supervision mode that is bonded or not."""
        return self.dispositions + (self.bonded if bonded else self.direct)

    def __str__(self) -> str:
        told = [", ".join(self.dispositions)] if self.dispositions else []
        told += [f"bonded: {', '.join(self.bonded)}"] if self.bonded else []
        told += [f"direct purchase: {', '.join(self.direct)}"] if self.direct else []
        return "; ".join(told)
