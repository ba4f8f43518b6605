"""JSON files as the command is given them: one object in the form of the contract, or everything wrong with it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from clearway.cli.line import Line
from clearway.cli.outcomes import Exit
from clearway.cli.papers import read_file
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.parsing import MAX_BYTES

M = TypeVar("M", bound=BaseModel)


def read_json(line: Line, file: Path, model: type[M], *, page: str) -> M:
    """The object in a file; ends the command with everything wrong with it. `page` of the docs shows such a file."""
    content = read_file(file)
    if isinstance(content, Problem):
        line.fail(Exit.USAGE, content)
    if len(content) > MAX_BYTES:
        line.fail(Exit.USAGE, _not_json(file, f"it is larger than {MAX_BYTES} bytes", page))
    try:
        said = json.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except RecursionError:
        line.fail(Exit.USAGE, _not_json(file, "it is nested too deep", page))
    except ValueError as error:
        why = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it is not UTF-8"
        line.fail(Exit.USAGE, _not_json(file, why, page))
    try:
        return model.model_validate(said)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        line.fail(Exit.USAGE, *(_faulty(file, fault["loc"], fault["msg"]) for fault in faults))


def _not_json(file: Path, why: str, page: str) -> Problem:
    return Problem(
        code="E_NOT_JSON",
        fields=(FieldValue(field=str(file)),),
        message_en=f"The file {file} holds no JSON that can be read: {why}.",
        message_zh=f"文件 {file} 不是可读取的 JSON。",
        remedy_en=f"Give one JSON object in UTF-8 as {page} shows.",
        remedy_zh=f"请按 {page} 提供一个 UTF-8 编码的 JSON 对象。",
    )


def _faulty(file: Path, loc: tuple[str | int, ...], told: str) -> Problem:
    pointer = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".") or "body"
    return Problem(
        code="E_FIELD",
        fields=(FieldValue(field=pointer),),
        message_en=f"In {file}, {pointer}: {told}.",
        message_zh=f"文件 {file} 的字段 {pointer} 缺失或内容无效。",
        remedy_en="Correct the field as the contract (docs/contract) describes it.",
        remedy_zh="请按接口说明（docs/contract）更正该字段。",
    )
