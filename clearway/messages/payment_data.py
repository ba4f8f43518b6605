"""The texts of Announcement 179: what is deposited, asked and uploaded, with nothing of it changed (REFERENCE §9).

The signature covers JSON texts, not values: the order of keys and forms like `5.0` count. A deposit is therefore never
written again: its texts are cut out, blanks between their signs are dropped, and so they are kept, signed and uploaded.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from clearway.contracts.payment_data import DataQuestion, PaymentData
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MOST_PROBLEMS, MessageRefused, problem
from clearway.messages.signatures import Trust, TrustedKey, signed_text, verify_text

HEAD, LISTS = "payExchangeInfoHead", "payExchangeInfoLists"
REFERENCE = "GACC 2018/179; REFERENCE §9"
LONGEST_QUESTION = 10_000
"""Characters of a question; a longer one is none."""
MOST_ENTRIES = 10_000
"""Orders and articles in one deposit: no payment request had so many, and each may be at fault."""
MOST_MEMBERS = 200
"""Members of one object, of which the announcement knows thirteen at most."""
UNSIGNED = ("UNSIGNED", base64.b64encode(b"UNSIGNED").decode())
"""Key name and value where no key signs: NOT a signature, and says so. Customs refuses it."""

TextSigner = Callable[[str], tuple[str, str]]
"""Key name and signature of a text, e.g. `KeyPool.sign_text`."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+', re.DOTALL)
_UPLOAD = ("sessionID", HEAD, LISTS, "serviceTime", "certNo", "signValue")
M = TypeVar("M", bound=BaseModel)


class Deposit(NamedTuple):
    """Both texts as they will be uploaded, and what they say."""

    head: str
    lists: str
    data: PaymentData


@dataclass(frozen=True)
class Upload:
    """What a platform uploads, in its parts."""

    session_id: str
    deposit: Deposit
    service_time: str
    cert_no: str
    sign_value: str

    @property
    def text(self) -> str:
        """What its signature covers."""
        return signed_text(self.session_id, self.deposit.head, self.deposit.lists, self.service_time)

    def verify(self, trusted: Trust) -> TrustedKey:
        """The trusted key that signed it; raises MessageRefused."""
        return verify_text(self.text, self.sign_value, self.cert_no, trusted)


def read_deposit(body: bytes) -> Deposit:
    """A deposit `{"payExchangeInfoHead": {…}, "payExchangeInfoLists": […]}`; raises MessageRefused with every fault."""
    text = _utf8(body)
    _bound(_values(text).get(LISTS))
    parts = _parts(text)
    return _deposit(parts, extra=parts.keys() - {HEAD, LISTS})


def read_question(open_req: str) -> DataQuestion:
    """Customs' question, from the form field `openReq`; raises MessageRefused with every fault."""
    if len(open_req) > LONGEST_QUESTION:
        raise MessageRefused([_no_json(f"it is longer than {LONGEST_QUESTION} characters")])
    return _validated(DataQuestion, _values(open_req))


def write_upload(session_id: str, head: str, lists: str, service_time: int, sign: TextSigner | None) -> str:
    """The form field `payExInfoStr`: the kept texts, signed; without a key it is unsigned and says so.

    `service_time` is in milliseconds. Raises what `sign` raises.
    """
    cert_no, value = sign(signed_text(session_id, head, lists, service_time)) if sign else UNSIGNED
    values = (json.dumps(session_id, ensure_ascii=False), head, lists, *map(_quoted, (service_time, cert_no, value)))
    return "{" + ",".join(f'"{name}":{told}' for name, told in zip(_UPLOAD, values, strict=True)) + "}"


def read_upload(text: str) -> Upload:
    """An upload as customs reads it; raises MessageRefused with every fault."""
    values = _values(text)
    _bound(values.get(LISTS))
    parts = _parts(text)
    missing = [_missing(name) for name in _UPLOAD if name not in parts]
    if missing:
        raise MessageRefused(missing)
    deposit = _deposit(parts, extra=parts.keys() - set(_UPLOAD))
    told = {name: str(values[name]) for name in ("sessionID", "serviceTime", "certNo", "signValue")}
    if not (told["serviceTime"].isascii() and told["serviceTime"].isdigit()):
        raise MessageRefused([_faulty("serviceTime", "is not a number of milliseconds")])
    return Upload(told["sessionID"], deposit, told["serviceTime"], told["certNo"], told["signValue"])


def compact(text: str) -> str:
    """A JSON text without the blanks between its signs; every string and number stays as it is written."""
    return "".join(_TOKENS.findall(text))


def _deposit(parts: dict[str, str], extra: set[str]) -> Deposit:
    problems = [_faulty(name, "is not known") for name in sorted(extra)]
    problems += [_missing(name) for name in (HEAD, LISTS) if name not in parts]
    known = {name: parts[name] for name in (HEAD, LISTS) if name in parts}
    try:
        data = _validated(PaymentData, {name: _decode(part) for name, part in known.items()})
    except MessageRefused as refused:
        told = {problem.fields for problem in problems}
        raise MessageRefused([*problems, *(each for each in refused.problems if each.fields not in told)]) from None
    if problems:
        raise MessageRefused(problems)
    return Deposit(known[HEAD], known[LISTS], data)


def _bound(orders: Any) -> None:
    """Refuse what nobody paid at once: faults in millions of entries would take all our memory."""
    entries = orders if isinstance(orders, list) else []
    articles = (each.get("goodsInfo") for each in entries if isinstance(each, dict))
    if len(entries) + sum(len(each) for each in articles if isinstance(each, list)) > MOST_ENTRIES:
        raise MessageRefused([_faulty(LISTS, f"has more than {MOST_ENTRIES} orders and articles")])


def _parts(text: str) -> dict[str, str]:
    """The members of the outermost object, each as its own compact text; `text` is an object that was decoded."""
    squeezed = compact(text)
    decoder = json.JSONDecoder()
    parts: dict[str, str] = {}
    place = 1
    while squeezed[place] != "}":
        name, place = decoder.raw_decode(squeezed, place)
        begin = place + 1  # after the colon
        _, place = decoder.raw_decode(squeezed, begin)
        parts[name] = squeezed[begin:place]
        place += squeezed[place] == ","
    return parts


def _values(text: str) -> dict[str, Any]:
    values = _decode(text)
    if not isinstance(values, dict):
        raise MessageRefused([_no_json("it is no object")])
    return values


def _decode(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_once)
    except RecursionError:
        raise MessageRefused([_no_json("it is nested too deep")]) from None
    except json.JSONDecodeError as fault:
        raise MessageRefused([_no_json(f"character {fault.pos}: {fault.msg}")]) from None
    except ValueError:  # an integer of thousands of digits
        raise MessageRefused([_no_json("it holds a number that is too long")]) from None


def _no_number(name: str) -> None:
    raise MessageRefused([_no_json(f"{name} is no number of JSON")])


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        raise MessageRefused([_faulty(counted.most_common(1)[0][0][:60], "is given twice")])
    if len(values) > MOST_MEMBERS:
        raise MessageRefused([_no_json(f"an object has more than {MOST_MEMBERS} members")])
    return values


def _validated(model: type[M], values: Any) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as fault:
        told = fault.errors(include_url=False, include_input=False, include_context=False)
        # A list whose only member is faulty counts as empty too: the member's fault says more.
        within = {each["loc"][:depth] for each in told for depth in range(len(each["loc"]))}
        faults = [each for each in told if each["loc"] not in within]
        some = faults[: MOST_PROBLEMS + 1]
        raise MessageRefused([_faulty(_pointer(each["loc"]), _words(each["msg"])) for each in some]) from None


def _pointer(loc: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in loc).lstrip(".") or "body"


def _words(told: str) -> str:
    return told.removeprefix("Value error, ")


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MessageRefused([_no_json("it is not UTF-8")]) from None


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _missing(name: str) -> Problem:
    return _faulty(name, "Field required")


def _faulty(field: str, told: str) -> Problem:
    return problem(
        "E_FIELD",
        (f"`{field}`: {told}", f"字段 {field} 缺失或内容无效"),
        ("Correct the field as Announcement 179 describes it", "请按海关总署公告2018年第179号更正该字段"),
        fields=(FieldValue(field=field),),
        reference=REFERENCE,
    )


def _no_json(why: str) -> Problem:
    return problem(
        "E_JSON",
        (f"this is no JSON object that can be read: {why}", "内容不是可读取的 JSON 对象"),
        ("Send one JSON object in UTF-8", "请以 UTF-8 编码发送一个 JSON 对象"),
        fields=(FieldValue(field="body"),),
        reference=REFERENCE,
    )
