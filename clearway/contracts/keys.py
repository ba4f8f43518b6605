"""Business keys of the workflows, and the workflow ids made from them (DESIGN §4)."""

import re
from typing import Self

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Contract

ID_PREFIX = "declaration-list/"
MOST_SHARDS = 9999
_MARKED = re.compile(r"(?P<order_no>[^~]*)(?:~(?P<attempt>[0-9]+))?(?:~s(?P<shard>[1-9][0-9]*))?")
"""What follows the enterprise's code: an order number's own `~` is written otherwise, so each one here is a mark."""


class CaseKey(Contract):
    """Business key of a list; `attempt` counts corrected copies after a rejection, from 1.

    `shard` is the number of the shard it lives in, None where there are no shards (`clearway.shards`).
    """

    ebc_code: str = Field(min_length=1, max_length=18, pattern=ONE_LINE)
    order_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)
    attempt: int = Field(1, ge=1, le=99)
    shard: int | None = Field(None, ge=1, le=MOST_SHARDS, exclude_if=lambda shard: shard is None)

    @property
    def workflow_id(self) -> str:
        """The workflow id: `declaration-list/{ebcCode}/{orderNo}`, with `~2` and so on for corrected copies.

        Where there are shards, `~s7` at the end names its shard. An order number's own `~` is written `%7E` (and `%`
        as `%25`), so no two keys share an id.
        """
        suffix = f"~{self.attempt}" if self.attempt > 1 else ""
        suffix += f"~s{self.shard}" if self.shard else ""
        order_no = self.order_no.replace("%", "%25").replace("~", "%7E")
        return f"{ID_PREFIX}{self.ebc_code}/{order_no}{suffix}"

    @classmethod
    def of(cls, workflow_id: str) -> Self:
        """The key in a workflow id; raises ValueError for an id of something else."""
        if not workflow_id.startswith(ID_PREFIX):
            raise ValueError(f"{workflow_id!r} is not the id of a Declaration List")
        ebc_code, _, rest = workflow_id.removeprefix(ID_PREFIX).partition("/")
        marked = _MARKED.fullmatch(rest)
        if marked is None:
            raise ValueError(f"{workflow_id!r} is not the id of a Declaration List")
        order_no, attempt, shard = marked.group("order_no", "attempt", "shard")
        order_no = order_no.replace("%7E", "~").replace("%25", "%")
        return cls(ebc_code=ebc_code, order_no=order_no, attempt=int(attempt or 1), shard=int(shard) if shard else None)


RETURN_PREFIX = "goods-return/"


class ReturnKey(Contract):
    """A list's return; a list may have many, counted from 1."""

    case: CaseKey
    number: int = Field(ge=1, le=999)

    @property
    def workflow_id(self) -> str:
        """The workflow id: `goods-return/{ebcCode}/{orderNo}/{number}`, the list named as in its own id."""
        return f"{RETURN_PREFIX}{self.case.workflow_id.removeprefix(ID_PREFIX)}/{self.number}"

    @classmethod
    def of(cls, workflow_id: str) -> Self:
        """The key in a workflow id; raises ValueError for an id of something else."""
        if not workflow_id.startswith(RETURN_PREFIX):
            raise ValueError(f"{workflow_id!r} is not the id of a return")
        listed, _, number = workflow_id.removeprefix(RETURN_PREFIX).rpartition("/")
        return cls(case=CaseKey.of(ID_PREFIX + listed), number=int(number))


COLLECTION_PREFIX = "tax-collection/"


class CollectionKey(Contract):
    """One withholding agent's taxes at one customs."""

    agent: str = Field(min_length=1, max_length=18, pattern=ONE_LINE, description="Withholding agent: assureCode")
    customs: str = Field(min_length=4, max_length=4, pattern=ONE_LINE, description="customsCode, the district")

    @property
    def workflow_id(self) -> str:
        """The workflow id: `tax-collection/{agent}/{customs}`."""
        return f"{COLLECTION_PREFIX}{self.agent}/{self.customs}"

    @classmethod
    def of(cls, workflow_id: str) -> Self:
        """The key in a workflow id; raises ValueError for an id of something else."""
        if not workflow_id.startswith(COLLECTION_PREFIX):
            raise ValueError(f"{workflow_id!r} is not the id of a tax collection")
        agent, _, customs = workflow_id.removeprefix(COLLECTION_PREFIX).rpartition("/")
        return cls(agent=agent, customs=customs)
