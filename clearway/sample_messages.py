"""One valid message of every type, made of examples and no person's data: for tests, and for those who integrate."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from clearway.contracts.base import SHANGHAI
from clearway.messages import Edition, Flow, Transfer, write
from clearway.messages.fields import Kind
from clearway.messages.form import Form
from clearway.messages.forms import FORMS
from clearway.messages.slots import Slot, slots

SAMPLE_TRANSFER = Transfer(cop_code="3301960A01", cop_name="示例电子商务有限公司", dxp_id="DXPENTTEST000001")

_TEXTS = {
    "POD": "502",
    "agentCode": "3301960B01",
    "agentName": "示例报关有限公司",
    "appStatus": "2",
    "appType": "1",
    "areaCode": "3301960K01",
    "areaName": "示例保税仓储有限公司",
    "assureCode": "3301960A01",
    "barCode": "6900000000000",
    "batchNumbers": "B20260301",
    "billNo": "78400000001",
    "buyerIdNumber": "11010519491231002X",
    "buyerIdType": "1",
    "buyerName": "张三",
    "buyerRegNo": "buyer-1",
    "buyerTelephone": "13800000000",
    "consignee": "李四",
    "consigneeAddress": "浙江省杭州市示例区示例路1号",
    "consigneeDistrict": "330108",
    "consigneeTelephone": "13900000000",
    "copNo": "CW202603100001",
    "country": "502",
    "currency": "142",
    "customsCode": "2991",
    "declAgentCode": "3301960B01",
    "declAgentName": "示例报关有限公司",
    "decState": "A",
    "domesticTrafNo": "浙A00000",
    "ebcCode": "3301960A01",
    "ebcName": "示例电子商务有限公司",
    "ebcTelephone": "057100000000",
    "ebpCode": "3301960P01",
    "ebpName": "示例跨境平台有限公司",
    "emsNo": "T3301W000001",
    "entDutyNo": "2991-2026-0001",
    "entryId": "299120260000000001",
    "fCurrency": "142",
    "fFlag": "3",
    "gcode": "3304990029",
    "gmodel": "保湿面霜|示例牌|50毫升",
    "gname": "保湿面霜",
    "goodsInfo": "保湿面霜 1",
    "iCurrency": "142",
    "iFlag": "3",
    "iacCode": "3301960C01",
    "iacName": "示例外综服有限公司",
    "itemDescribe": "保湿面霜，50 毫升",
    "itemName": "保湿面霜",
    "itemNameFlag": "1",
    "itemNo": "SKU-1",
    "itemRecordNo": "000000001",
    "licenseNo": "26-AA-000001",
    "location": "1 号库 2 排 3 位",
    "loctNo": "299101",
    "logisticsCode": "3301960L01",
    "logisticsName": "示例物流有限公司",
    "logisticsNo": "SF1000000000001",
    "logisticsStatus": "S",
    "note": "样例",
    "operatorCode": "3301960S01",
    "operatorName": "示例监管场所有限公司",
    "orderNo": "CW20260310-0001",
    "oriBizMessage": '<ceb:CEB311Message version="1.0"/>',
    "oriCopMsgId": "4CDE1CFD-EDED-46B1-946C-B8022E42FC94",
    "oriMessageType": "CEB311Message",
    "ownerCode": "3301960A01",
    "ownerName": "示例电子商务有限公司",
    "payCode": "3301960Y01",
    "payName": "示例支付有限公司",
    "payNo": "PAY0000000001",
    "payTransactionId": "PAY0000000001",
    "payerIdNumber": "11010519491231002X",
    "payerIdType": "1",
    "payerName": "张三",
    "portCode": "2991",
    "reason": "七日无理由退货",
    "returnInfo": "[Code:1800;Desc:逻辑校验通过]",
    "returnStatus": "120",
    "rkdNo": "299120260310000001",
    "statisticsFlag": "A",
    "status": "1",
    "summaryFlag": "1",
    "telephone": "13800000000",
    "totalPackageNo": "ZB000001",
    "tradeCountry": "502",
    "tradeMode": "9610",
    "trafMode": "5",
    "trafName": "CA1501",
    "trafNo": "CA1501",
    "unit": "007",
    "unit1": "035",
    "unit2": "007",
    "unloadLocation": "1 号库",
    "voyageNo": "20260310",
    "wrapType": "2",
}
_BY_FLOW = {
    "coElNo": ("I20260310001", "E20260310001"),
    "decPreNo": ("P20260310000000002", "P20260310000000002"),
    "decTmpNo": ("P20260310000000003", "P20260310000000003"),
    "declSeqNo": ("S20260310000000001", "S20260310000000001"),
    "ieFlag": ("I", "E"),
    "invtNo": ("29912026I000000001", "29912026E000000001"),
    "orderType": ("I", "E"),
    "preNo": ("B20260310000000001", "P20260310000000001"),
    "sumNo": ("S20260310000000001", "S20260310000000001"),
    "taxNo": ("29912026I000000001_0", ""),
}
"""Values of imports and of exports."""

_ZERO = frozenset({"discount", "insuredFee", "charge"})


def sample_messages(at: datetime) -> dict[str, bytes]:
    """A message of every type by its type, e.g. `CEB311`, submitted at `at`; every element of the schema is in it.

    Each is valid by the schema of 2022-05. They are made one by one and do not belong together; `sample_set` of
    clearway.testing makes four documents that do.
    """
    return {form.message_type: sample_message(form, at) for form in FORMS}


def sample_message(form: Form, at: datetime) -> bytes:
    """A message of one type, with one record."""
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"message {form.message_type} {at}")).upper()
    return write([sample_record(form, at)], guid=guid, transfer=None if form.by_customs else SAMPLE_TRANSFER)


def sample_record(form: Form, at: datetime) -> Any:
    """A record of one type, with one line where it has lines."""
    values = _values(form.model, form, at)
    if form.line_model is not None:
        values["lines"] = [_values(form.line_model, form, at)]
    return form.model.model_validate(values)


def _values(model: type[BaseModel], form: Form, at: datetime) -> dict[str, Any]:
    return {slot.field: _value(slot, form, at) for slot in slots(model, Edition.E202205, form.flow)}


def _value(slot: Slot, form: Form, at: datetime) -> Any:
    moment = at.astimezone(SHANGHAI).replace(microsecond=0)
    match slot.kind:
        case Kind.AMOUNT:
            return "0" if slot.name in _ZERO else "1.00"
        case Kind.WHOLE:
            return 1
        case Kind.INSTANT:
            return moment + timedelta(minutes=1) if slot.name in ("endTime", "payTime") else moment
        case Kind.DAY:
            return moment.date()
    if slot.name == "guid":
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"record {form.message_type} {at}")).upper()
    if slot.name == "returnTime":
        return f"{moment:%Y%m%d%H%M%S}000"
    if slot.name in _BY_FLOW:
        return _BY_FLOW[slot.name][form.flow is Flow.EXPORT]
    return _TEXTS[slot.name]
