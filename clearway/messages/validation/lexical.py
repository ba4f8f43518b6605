"""The text of one element: its length, its digits, and whether it is the number or time that it should be."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from lxml import etree

from clearway.messages.fields import Kind
from clearway.messages.masking import shown
from clearway.messages.slots import Slot
from clearway.messages.validation.report import Findings
from clearway.messages.writable import MOST_WHOLE

_Told = Callable[[], str | None]
"""The text as it may be shown; asked for only where there is a fault."""

_SPACE = " \t\r\n"
_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_WHOLE = re.compile(r"([+-]?)([0-9]+)")
_MOST_DIGITS, _MOST_DECIMALS = 19, 5
_CLOCK = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}


def check_text(slot: Slot, path: str, element: etree._Element, findings: Findings) -> None:
    """Hold an element's text against its slot. Spaces around a text count, as the schema counts them."""
    text = element.text or ""
    at = (path, element)

    def told() -> str | None:
        return shown(slot.field, text)

    if slot.fixed is not None:
        if text not in ("", slot.fixed):
            findings.fault(
                "E_FIXED",
                at,
                (f"it is not {slot.fixed}, the only value of the schema", f"不是规范唯一允许的值 {slot.fixed}"),
                (f"Give {slot.fixed}", f"请填写 {slot.fixed}"),
                told(),
            )
    elif slot.kind is Kind.AMOUNT:
        _check_amount(text.strip(_SPACE), at, told, findings)
    elif slot.kind is Kind.WHOLE:
        _check_whole(slot, text.strip(_SPACE), at, told, findings)
    elif not text and slot.shortest:
        findings.fault("E_EMPTY", at, ("it is empty", "为空"), _length_remedy(slot))
    elif len(text) < slot.shortest or (slot.longest is not None and len(text) > slot.longest):
        findings.fault(
            "E_LENGTH",
            at,
            (f"it has {len(text)} characters", f"为 {len(text)} 个字符"),
            _length_remedy(slot),
            told(),
        )
    elif slot.kind is not Kind.TEXT:
        _check_time(slot, text, at, told, findings)
    elif text != text.strip(_SPACE):
        findings.warn(
            "W_SPACE",
            at,
            ("spaces stand around the text and count as characters", "文本首尾含有空白，计入长度"),
            ("Leave them out", "请去掉首尾空白"),
            told(),
        )


def _check_amount(text: str, at: tuple[str, etree._Element], told: _Told, findings: Findings) -> None:
    found = _DECIMAL.fullmatch(text)
    whole, part = (found[2], found[3] or "") if found else ("", "")
    if found is None or not (whole or part):
        _no_number(text, at, told, findings, ("a plain decimal number", "十进制数字"))
        return
    whole, part = whole.lstrip("0"), part.rstrip("0")
    if len(part) > _MOST_DECIMALS or len(whole) + len(part) > _MOST_DIGITS:
        findings.fault(
            "E_DIGITS",
            at,
            (
                f"it has {len(whole) + len(part)} digits, {len(part)} of them decimals",
                f"共 {len(whole) + len(part)} 位数字，其中小数 {len(part)} 位",
            ),
            (
                f"Give at most {_MOST_DIGITS} digits, at most {_MOST_DECIMALS} of them decimals",
                f"最多 {_MOST_DIGITS} 位数字，其中小数最多 {_MOST_DECIMALS} 位",
            ),
            told(),
        )
    elif found[1] == "-" and Decimal(text):
        findings.warn(
            "W_NEGATIVE",
            at,
            ("it is below 0", "小于 0"),
            ("Give 0 or more", "请填写不小于 0 的数字"),
            told(),
        )


def _check_whole(slot: Slot, text: str, at: tuple[str, etree._Element], told: _Told, findings: Findings) -> None:
    found = _WHOLE.fullmatch(text)
    if found is None:
        _no_number(text, at, told, findings, ("a whole number", "整数"))
        return
    digits = found[2].lstrip("0")
    largest = MOST_WHOLE + (found[1] == "-")
    if len(digits) > (slot.digits or 10) or int(digits[:20] or "0") > largest:
        most = slot.digits or 10
        findings.fault(
            "E_DIGITS",
            at,
            (f"it has {len(digits)} digits, or is out of range", f"为 {len(digits)} 位数字，或超出范围"),
            (
                f"Give a whole number of at most {most} digits, up to {MOST_WHOLE}",
                f"请填写最多 {most} 位的整数，不超过 {MOST_WHOLE}",
            ),
            told(),
        )


def _check_time(slot: Slot, text: str, at: tuple[str, etree._Element], told: _Told, findings: Findings) -> None:
    """The schema counts only the characters of a time; that they are one is what the specification's text asks for."""
    if text.isascii() and text.isdigit() and _on_the_clock(text):
        return
    form = "yyyyMMdd" if slot.kind is Kind.DAY else "yyyyMMddHHmmssSSS"[: len(text)]
    findings.warn(
        "W_TIME",
        at,
        ("it is no day of the calendar or time of the clock", "不是有效的日期或时间"),
        (f"Give it as {form} in China standard time", f"请按北京时间 {form} 填写"),
        told(),
    )


def _on_the_clock(text: str) -> bool:
    form = _CLOCK.get(min(len(text), 14))
    try:
        return form is not None and datetime.strptime(f"{text[:14]}+0800", f"{form}%z") is not None
    except ValueError:
        return False


def _no_number(
    text: str, at: tuple[str, etree._Element], told: _Told, findings: Findings, wanted: tuple[str, str]
) -> None:
    wrong = ("it is empty", "为空") if not text else (f"it is not {wanted[0]}", f"不是{wanted[1]}")
    remedy = (
        f"Give {wanted[0]}, without exponent or separators; leave the element out where it is optional and unknown",
        f"请填写{wanted[1]}（不含指数和千分位），可选且无值时请去掉该元素",
    )
    findings.fault("E_EMPTY" if not text else "E_NUMBER", at, wrong, remedy, told())


def _length_remedy(slot: Slot) -> tuple[str, str]:
    if slot.shortest == slot.longest:
        span, spoken = f"exactly {slot.longest}", f"{slot.longest}"
    elif slot.longest is None:
        span, spoken = f"at least {slot.shortest}", f"至少 {slot.shortest}"
    else:
        span, spoken = f"{slot.shortest} to {slot.longest}", f"{slot.shortest} 至 {slot.longest}"
    unless = ("", "") if slot.required else (", or leave the element out", "，无值时请去掉该元素")
    return f"Give {span} characters{unless[0]}", f"请填写 {spoken} 个字符{unless[1]}"
