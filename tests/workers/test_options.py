"""The command line of worker.py."""

import os

import pytest

from workers.options import Options, Part, arguments_of, read_options


def test_without_options_one_process_does_everything() -> None:
    assert read_options([]) == Options(1, (Part.LISTS, Part.CUSTOMS, Part.BANK), until_drained=False, nth=0, line=None)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--only", "customs"], (Part.CUSTOMS,)),
        (["--only", "bank", "--only", "lists"], (Part.LISTS, Part.BANK)),
    ],
)
def test_only_names_the_parts(arguments: list[str], parts: tuple[Part, ...]) -> None:
    assert read_options(arguments).parts == parts


def test_auto_is_a_process_for_each_core_that_we_may_use() -> None:
    assert read_options(["--processes", "auto"]).processes == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--processes", "0"], "--processes: '0': a number from 1, or `auto`"),
        (["--processes", "-2"], "--processes"),
        (["--processes", "many"], "'many': a number from 1, or `auto`"),
        (["--processes", "２"], "a number from 1, or `auto`"),
        (["--only", "boats"], "--only: invalid"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--only", "bank"], ["--only", "lists", "--until-drained"]])
def test_each_of_several_processes_does_what_was_asked_for(arguments: list[str]) -> None:
    asked = read_options(["--processes", "3", *arguments])
    given = read_options([*arguments_of(asked), "--nth", "2", "--line", "7"])
    assert given == asked._replace(processes=1, nth=2, line=7)
