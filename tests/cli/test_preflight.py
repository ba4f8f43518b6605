"""`clearway preflight`: everything wrong with four files at once, and nothing that is not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from pydantic import BaseModel
from typer.testing import Result

from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import IdentityOutcome
from clearway.messages.fields import may_be_absent, nested_model, wire_fields
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.parsing import local_name
from clearway.preflight import preflight
from tests.cli.conftest import SAMPLES, codes, four_files

Invoke = Callable[..., Result]
MISMATCHED = SAMPLES / "mismatched"
THREE_MISMATCHES = {"M05", "M08", "M12"}


def bodies(folder: Path) -> dict[DocumentKind, bytes]:
    return {kind: (folder / f"{kind}.xml").read_bytes() for kind in DocumentKind}


@pytest.mark.parametrize("suffix", ["xml", "json"])
def test_coherent_files_would_match(invoke: Invoke, suffix: str) -> None:
    done = invoke("preflight", *four_files(SAMPLES, suffix), "--json")
    assert done.exit_code == 0, done.stdout
    report = json.loads(done.stdout)
    assert report["would_match"] is True
    assert report["problems"] == []
    assert report["tax"]["total"] == "28.21"
    assert report["limits"]["treatment"] == "IN_QUOTA"
    assert {"M15", "M03", "M04"} <= {each["check"] for each in report["not_made"]}


def test_three_mismatches_are_told_in_one_answer(invoke: Invoke) -> None:
    done = invoke("preflight", *four_files(MISMATCHED), "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert set(codes(report["problems"])) >= THREE_MISMATCHES
    values = {problem["code"]: [each["value"] for each in problem["fields"]] for problem in report["problems"]}
    assert values["M05"] == ["318.21", "318.20"]
    assert values["M08"] == ["2", "3"]
    assert values["M12"] == ["139****0002", "139****0003"]


@pytest.mark.parametrize(
    ("lang", "english", "chinese"), [("both", True, True), ("en", True, False), ("zh", False, True)]
)
def test_problems_are_told_in_the_language_asked_for(invoke: Invoke, lang: str, english: bool, chinese: bool) -> None:
    done = invoke("preflight", *four_files(MISMATCHED), "--lang", lang)
    assert done.exit_code == 1
    for code in THREE_MISMATCHES:
        assert code in done.stdout
    assert ("The order says 318.21 was paid" in done.stdout) is english
    assert ("Correct the amount in whichever document is wrong" in done.stdout) is english
    assert ("请更正有误的一方" in done.stdout) is chinese
    assert ("收货人信息不一致" in done.stdout) is chinese


def test_people_read_who_mends_it_both_values_limits_and_tax(invoke: Invoke) -> None:
    told = invoke("preflight", *four_files(MISMATCHED)).stdout
    assert "payment enterprise" in told
    assert "支付企业 PAY" in told
    assert "order.actual_paid" in told
    assert "= 318.21" in told
    assert "= 318.20" in told
    assert "26000.00" in told
    assert "3304990029" in told
    assert "(310.00) × 0.13 = 40.30, × 0.70 = 28.21" in told
    assert "Not checked here" in told


def test_output_has_no_colour_off_a_terminal(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in invoke("preflight", *four_files(MISMATCHED)).stdout


def test_another_payer_depends_on_the_identity(tmp_path: Path, invoke: Invoke) -> None:
    paid_by_another = tmp_path / "payment.xml"
    text = (SAMPLES / "payment.xml").read_text(encoding="utf-8")
    paid_by_another.write_text(text.replace("张三", "王五"), encoding="utf-8")
    files = four_files(SAMPLES, payment=paid_by_another)
    verified = invoke("preflight", *files, "--json")
    unavailable = invoke("preflight", *files, "--json", "--identity", "unavailable")
    mismatch = invoke("preflight", *files, "--json", "--identity", "mismatch")
    assert (verified.exit_code, codes(json.loads(verified.stdout)["warnings"])) == (0, ["M11"])
    assert (unavailable.exit_code, codes(json.loads(unavailable.stdout)["problems"])) == (1, ["M11"])
    assert "E_IDENTITY_MISMATCH" in codes(json.loads(mismatch.stdout)["problems"])


def test_a_broken_sum_is_told_once(tmp_path: Path, invoke: Invoke) -> None:
    broken = tmp_path / "order.xml"
    text = (SAMPLES / "order.xml").read_text(encoding="utf-8")
    broken.write_text(text.replace(">318.21<", ">318.20<"), encoding="utf-8")
    found = invoke("preflight", *four_files(SAMPLES, order=broken), "--json")
    assert sorted(codes(json.loads(found.stdout)["problems"])) == ["E_AMOUNT_IDENTITY", "M05"]


def test_annual_limit_counts_what_was_used_before(invoke: Invoke) -> None:
    inside = invoke("preflight", *four_files(SAMPLES), "--json", "--annual-used", "25690.00")
    beyond = invoke("preflight", *four_files(SAMPLES), "--json", "--annual-used", "25690.01")
    assert inside.exit_code == 0
    assert (beyond.exit_code, codes(json.loads(beyond.stdout)["problems"])) == (1, ["E_OVER_LIMIT"])


@pytest.mark.parametrize("option", [("--annual-used", "-1"), ("--profile", "LAW_1999"), ("--lang", "fr")])
def test_bad_option_is_a_usage_error(invoke: Invoke, option: tuple[str, str]) -> None:
    done = invoke("preflight", *four_files(SAMPLES), *option)
    assert done.exit_code == 2
    assert option[0] in done.stderr


@pytest.mark.parametrize("body", [b"", b"   ", b"<oops", b"{", b"\xff\xfe", b"<a/>", b"[]", b'{"kind": "parcel"}'])
def test_unreadable_file_stops_no_comparison_among_the_others(tmp_path: Path, invoke: Invoke, body: bytes) -> None:
    broken = tmp_path / "payment"
    broken.write_bytes(body)
    done = invoke("preflight", *four_files(MISMATCHED, payment=broken), "--json")
    assert done.exit_code == 2
    report = json.loads(done.stdout)
    assert report["unread"] == ["payment"]
    told = codes(report["problems"])
    assert {"M08", "M12"} <= set(told)
    assert "M05" not in told
    fault = next(problem for problem in report["problems"] if problem["code"].startswith("E_"))
    assert fault["fields"][0]["field"] == "payment"


def test_missing_file_and_directory_are_told_together(tmp_path: Path, invoke: Invoke) -> None:
    files = four_files(MISMATCHED, payment=tmp_path / "absent.xml", waybill=tmp_path)
    done = invoke("preflight", *files, "--json")
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["problems"]
    unreadable = [problem["message_en"] for problem in problems if problem["code"] == "E_UNREADABLE"]
    assert len(unreadable) == 2
    assert "M08" in codes(problems)


def test_file_of_another_kind_is_told(invoke: Invoke) -> None:
    done = invoke("preflight", *four_files(SAMPLES, payment=SAMPLES / "order.xml"), "--json")
    assert done.exit_code == 2
    assert codes(json.loads(done.stdout)["problems"]) == ["E_WRONG_DOCUMENT"]


def test_faulty_field_stops_no_comparison_of_the_others() -> None:
    papers = bodies(MISMATCHED)
    papers[DocumentKind.PAYMENT] = papers[DocumentKind.PAYMENT].replace(b"318.20", b"a lot")
    papers[DocumentKind.WAYBILL] = papers[DocumentKind.WAYBILL].replace(b">0.50<", b">heavy<")
    report = preflight(papers)
    told = {problem.code for problem in report.problems}
    assert {"E_FIELD", "M08", "M12"} <= told
    assert "M05" not in told
    assert report.unread == ("payment.amount_paid", "waybill.weight")


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_absent_document_makes_no_other_look_wrong(kind: DocumentKind) -> None:
    papers = bodies(SAMPLES)
    del papers[kind]
    report = preflight(papers, identity=IdentityOutcome.UNAVAILABLE)
    assert report.problems == report.warnings == ()
    assert report.unread == (kind,)
    assert not report.would_match


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_strange_json_is_a_problem_and_never_an_error(kind: DocumentKind) -> None:
    whole = json.loads((SAMPLES / f"{kind}.json").read_text(encoding="utf-8"))
    strange: list[object] = [
        None,
        5,
        True,
        "",
        "x",
        "NaN",
        "9" * 100,
        [],
        {},
        [[]],
        [None],
        [{}],
        {"a": {}},
        float("inf"),
        "\x00",
    ]
    for name in [*whole, "allocations", "lines", "note"]:
        for value in strange:
            report = preflight(bodies(SAMPLES) | {kind: json.dumps(whole | {name: value}).encode()})
            assert report.all_read or report.problems, (name, value)
            assert report.would_match is (not report.problems), (name, value)


@pytest.mark.parametrize("fault", ["removed", "overlong"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_unreadable_field_makes_no_other_look_wrong(kind: DocumentKind, fault: str) -> None:
    """Every required field in turn is spoilt: only it is told."""
    raw = (SAMPLES / f"{kind}.xml").read_bytes()
    for number in range(len(_demanded(etree.fromstring(raw)))):
        root = etree.fromstring(raw)
        part, spoilt, field = _demanded(root)[number]
        if fault == "removed":
            part.remove(spoilt)
        else:
            spoilt.text = "x" * 3000
        report = preflight(bodies(SAMPLES) | {kind: etree.tostring(root)}, identity=IdentityOutcome.UNAVAILABLE)
        assert [problem.code for problem in report.problems] == ["E_FIELD"], (field, report.problems)
        assert local_name(spoilt) in report.problems[0].message_en
        assert report.warnings == (), field
        assert not report.all_read
        # a removed field with a lawful default, such as the currency, needs no stand-in
        assert [unread.rpartition(".")[2] for unread in report.unread] in (
            [field],
            [] if fault == "removed" else [field],
        )


def _demanded(root: etree._Element) -> list[tuple[etree._Element, etree._Element, str]]:
    """Head or line, element and field name of everything that customs demands in the one record."""
    form = FORM_BY_TYPE[local_name(root).removesuffix("Message")]
    found = []
    for part in next(child for child in root if local_name(child) == form.record):
        model = form.model if local_name(part) == form.head else nested_model(form.model, "lines")
        assert model is not None
        names = wire_fields(model)
        found += [(part, child, names[local_name(child)]) for child in part]
    return [(part, child, field) for part, child, field in found if not _optional(form.model, field)]


def _optional(model: type[BaseModel], field: str) -> bool:
    line = nested_model(model, "lines")
    return may_be_absent(model if field in model.model_fields or line is None else line, field)
