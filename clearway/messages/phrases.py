"""What can be wrong with a field and how to mend it, in English and Chinese."""

from clearway.messages.fields import Kind

WRONG: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "缺失"),
    "empty": ("is empty", "为空"),
    "string_too_short": ("is shorter than {min_length} characters", "长度不足 {min_length} 个字符"),
    "string_too_long": ("is longer than {max_length} characters", "长度超过 {max_length} 个字符"),
    "string_pattern_mismatch": ("holds a line break or another control character", "含有换行或其他控制字符"),
    "decimal_max_digits": ("has more than {max_digits} digits", "数字超过 {max_digits} 位"),
    "decimal_whole_digits": (
        "has more than {whole_digits} digits before the decimal point",
        "整数部分超过 {whole_digits} 位",
    ),
    "decimal_max_places": ("has more than {decimal_places} decimal places", "小数超过 {decimal_places} 位"),
    "greater_than_equal": ("is below {ge}", "小于 {ge}"),
    "too_short": ("has fewer than {min_length} entries", "少于 {min_length} 项"),
    "too_long": ("has more than {max_length} entries", "多于 {max_length} 项"),
    "twice": ("is given twice with different values", "重复出现且内容不一致"),
    "elements": ("holds elements where a plain value is expected", "应为单一值，却包含下级元素"),
    "whole_digits": ("has more than {digits} digits, or is out of range", "超过 {digits} 位或超出范围"),
    "fixed": ("is not {fixed}, the only value of the schema", "不是规范唯一允许的值 {fixed}"),
    "later": ("does not exist in edition {edition}", "在 {edition} 版规范中不存在"),
    "characters": ("holds characters that no XML message can carry", "含有报文不允许的控制字符"),
    "note_full": (
        "is too long once the fields that travel in it are added (1000 characters at most)",
        "加上附带字段后超过 1000 个字符",
    ),
}
"""Fault → what is wrong, in English and Chinese; faults of pydantic go by pydantic's own names."""

NOT_A: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("is not text", "不是文本"),
    Kind.AMOUNT: ("is not a plain decimal number", "不是十进制数字"),
    Kind.WHOLE: ("is not a whole number", "不是整数"),
    Kind.INSTANT: ("is not an instant", "不是有效的时间"),
    Kind.DAY: ("is not a day", "不是有效的日期"),
    Kind.LIST: ("is not a list of entries", "不是列表"),
}
"""Kind of field → what is wrong with a value that cannot be read as one."""

WRITE: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("as text", "请填写文本"),
    Kind.AMOUNT: (
        "as digits with a decimal point, at most 19 digits of which 5 decimals, e.g. 310.00",
        "请填写十进制数字，最多 19 位、其中小数 5 位，例如 310.00",
    ),
    Kind.WHOLE: ("as a whole number", "请填写整数"),
    Kind.INSTANT: (
        "as yyyyMMddHHmmss in China standard time, or ISO 8601",
        "请按北京时间 yyyyMMddHHmmss 或 ISO 8601 填写",
    ),
    Kind.DAY: ("as yyyyMMdd, or ISO 8601", "请按 yyyyMMdd 或 ISO 8601 填写"),
    Kind.LIST: ("as a list of 1 to 99 entries", "请填写 1 至 99 项"),
}
"""Kind of field → how to write it; the English follows a verb."""


def how_to_write(kind: Kind, lengths: tuple[int, int | None] = (0, None)) -> tuple[str, str]:
    """How a field is written, in English (after a verb) and Chinese; `lengths` counts a text's characters."""
    english, chinese = WRITE[kind]
    shortest, longest = lengths
    if kind is not Kind.TEXT or longest is None:
        return english, chinese
    span = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
    unit = "character" if span == "1" else "characters"
    return f"{english} of {span} {unit}", f"{chinese}，{span.replace(' to ', '–')} 个字符"
