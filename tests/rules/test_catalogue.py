"""The catalogue of problems: complete, bilingual, and every text of it in use."""

import re
from string import Formatter

from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from clearway.rules.catalogue import Entry, catalogue
from clearway.rules.limits import check_limits
from clearway.rules.tax import NotAssessable
from tests.rules.articles.parcels import FILES as ARTICLES
from tests.rules.articles.parcels import judge_case as judge_articles_case
from tests.rules.law_cases import (
    change_case,
    check_case,
    compare_case,
    disposition_case,
    judge_case,
    key_case,
    law,
    licence_case,
    limits_case,
    presence_case,
    region_case,
    remark_case,
    tax_case,
    zone_case,
)
from tests.rules.source import constants

OF_SINGLE_RULES = {
    "changes.yaml": change_case,
    "dispositions.yaml": disposition_case,
    "licences.yaml": licence_case,
    "presence.yaml": presence_case,
    "regions.yaml": region_case,
    "remarks.yaml": remark_case,
    "zones.yaml": zone_case,
}
"""Files of law cases whose rule returns problems and nothing else."""

KEY = re.compile(r"(M\d\d|[EW]_[A-Z_]+)(\.[a-z_]+)?")


def every_problem_of_the_law_cases() -> list[Problem]:
    found: list[Problem] = []
    for case in law("matching.yaml")["cases"]:
        found += compare_case(case)
    for case in law("documents.yaml")["cases"]:
        found += check_case(case)
    for case in law("limits.yaml")["cases"]:
        found += check_limits(limits_case(case))
    for case in law("judgement.yaml")["cases"]:
        found += judge_case(case).problems
    for file, problems_of in OF_SINGLE_RULES.items():
        for case in law(file)["cases"]:
            found += problems_of(case)
    for case in law("changes.yaml")["changed"]:
        found += key_case(case)
    for case in law("tax.yaml")["refused"]:
        try:
            tax_case(case)
        except NotAssessable as refusal:
            found += refusal.problems
    for file in ARTICLES:
        for case in law(f"articles/{file}.yaml")["cases"]:
            judged = judge_articles_case(case)
            found += judged.problems + judged.warnings
    return found


def pattern(template: str) -> re.Pattern[str]:
    parts = Formatter().parse(template)
    return re.compile("".join(re.escape(text) + (".+" if name else "") for text, name, _, _ in parts), re.DOTALL)


def says(entry: Entry, problem: Problem) -> bool:
    return all(
        pattern(template).fullmatch(text)
        for template, text in (
            (entry.message_en, problem.message_en),
            (entry.message_zh, problem.message_zh),
            (entry.remedy_en, problem.remedy_en),
            (entry.remedy_zh, problem.remedy_zh),
        )
    )


def test_rules_and_catalogue_name_the_same_texts() -> None:
    named = {text for text in constants(str) if KEY.fullmatch(text)}
    assert named == catalogue().keys()


def test_every_text_is_told_by_some_law_case() -> None:
    problems = every_problem_of_the_law_cases()
    silent = [
        key
        for key, entry in catalogue().items()
        if not any(problem.code == key.partition(".")[0] and says(entry, problem) for problem in problems)
    ]
    assert silent == []


def test_every_problem_is_complete_in_both_languages() -> None:
    for problem in every_problem_of_the_law_cases():
        assert problem.reference
        assert isinstance(problem.owner, Role)
        assert problem.fields
        assert re.search("[\u4e00-\u9fff]", problem.message_zh)
        assert re.search("[\u4e00-\u9fff]", problem.remedy_zh)
        assert not re.search("[{}]", problem.message_en + problem.message_zh + problem.remedy_en + problem.remedy_zh)
