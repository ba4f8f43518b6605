"""A message as read: who sent it through the exchange, and the typed records it carries."""

from typing import Annotated, Any

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from clearway.contracts.base import Contract, wire
from clearway.contracts.problems import Problem
from clearway.messages.form import Edition
from clearway.messages.forms import FORM_BY_TYPE

Record = Contract
"""A business record: an instance of the model of any form."""


class Transfer(Contract):
    """Who transmits a message over the data exchange platform (BaseTransfer)."""

    cop_code: Annotated[str, wire("copCode", "Transmitting enterprise: customs or credit code", 1, 18)]
    cop_name: Annotated[str, wire("copName", "Its name", None, 100)]
    dxp_mode: Annotated[str, wire("dxpMode", "Exchange mode: restricted to DXP", 3, 3)] = "DXP"
    dxp_id: Annotated[str, wire("dxpId", "User id on the exchange; equals the envelope's sender", None, 30)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class Subscriber(Contract):
    """A third party that receives copies (BaseSubscribe)."""

    status: Annotated[str, wire("status", "ALL data and receipts, DATA data only, RET receipts only", None, 100)]
    dxp_mode: Annotated[str, wire("dxpMode", "Exchange mode: restricted to DXP", 3, 3)] = "DXP"
    dxp_address: Annotated[str, wire("dxpAddress", "User id on the exchange", None, 100)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class Extension(Contract):
    """What a message carries besides (ExtendMessage); no real use of it is known."""

    name: Annotated[str, wire("name", "Its name", None, 30)]
    version: Annotated[str, wire("version", "Its version", None, 30)]
    content: str = Field("", description="Ours: its content, as XML without the element Message around it")


class FaultyRecord(Contract):
    """A record that does not fit its model: the texts of its fields as they came, by our names."""

    fields: dict[str, Any]
    lines: tuple[dict[str, Any], ...] = ()


class Message(Contract):
    """One message with all its records, repeated ones included."""

    message_type: str = Field(description="CEB311, CEB622, …")
    guid: str = Field(description="Message id; empty when customs sent none")
    version: str = "1.0"
    records: tuple[SerializeAsAny[Record], ...] = Field(
        min_length=1, description="The business records, in the order they came"
    )
    transfer: Transfer | None = None
    subscribers: tuple[Subscriber, ...] = ()
    extension: Extension | None = None
    signature: str | None = Field(None, description="The ds:Signature element as it came, as XML; not verified")
    edition: Edition | None = Field(None, description="The one edition that it fits; None where it fits both or none")
    unknown: tuple[str, ...] = Field(
        (), description="Elements that were ignored, each path once, e.g. `Tax/TaxHeadRd/remark`"
    )
    findings: tuple[Problem, ...] = Field((), description="What was odd about it and did not keep it from being read")

    @field_validator("records", mode="before")
    @classmethod
    def _of_this_type(cls, records: Any, info: ValidationInfo) -> Any:
        """Records told in JSON are of the model that the message's type says."""
        form = FORM_BY_TYPE.get(info.data.get("message_type", ""))
        if form is None or not isinstance(records, list | tuple):
            return records
        return [form.model.model_validate(record) if isinstance(record, dict) else record for record in records]
