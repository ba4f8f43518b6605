"""One shape for everything that goes wrong, and an interface description that tells it."""

import pytest

from gateway.refusals import Code, refusal
from tests.gateway.recording import House


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "E_NOT_FOUND"),
        ("GET", "/customs/receipts", 405, "E_METHOD"),
        ("DELETE", "/documents", 405, "E_METHOD"),
        ("GET", "/inbox?state=lost", 422, "E_REQUEST"),
        ("GET", "/inbox?limit=0", 422, "E_REQUEST"),
        ("GET", "/inbox/abc/raw", 422, "E_REQUEST"),
        ("GET", "/inbox/0/raw", 422, "E_REQUEST"),
        ("GET", "/inbox/99999999999999999999/raw", 422, "E_REQUEST"),
        ("GET", "/inbox/17/raw", 404, "E_NOT_FOUND"),
        ("GET", "/lists/E/1?attempt=x", 422, "E_REQUEST"),
        ("GET", "/lists/AAAAAAAAAAAAAAAAAAA/1", 422, "E_REQUEST"),
    ],
)
async def test_every_refusal_has_the_one_shape(house: House, method: str, path: str, status: int, code: str) -> None:
    answer = await house.http.request(method, path)

    assert answer.status_code == status
    assert list(answer.json()) == ["problems"]
    assert [problem["code"] for problem in answer.json()["problems"]] == [code]


async def test_every_fault_of_a_request_is_told_at_once(house: House) -> None:
    answer = await house.http.get("/inbox?state=lost&limit=0")

    assert [problem["fields"][0]["field"] for problem in answer.json()["problems"]] == ["query.state", "query.limit"]


async def test_a_defect_is_answered_without_its_text(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.cases.failures = [RuntimeError("张三 11010519491231002X")]
    answer = await house.http.get("/lists/E/1")

    assert answer.status_code == 500
    assert answer.json()["problems"][0]["code"] == "E_INTERNAL"
    assert "张三" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("code", Code)
def test_every_refusal_says_what_to_do_in_both_languages(code: Code) -> None:
    problem = refusal(code)
    assert all((problem.message_en, problem.message_zh, problem.remedy_en, problem.remedy_zh))


async def test_the_description_names_every_door_and_resolves(house: House) -> None:
    description = (await house.http.get("/openapi.json")).json()
    schemas = description["components"]["schemas"]

    assert set(description["paths"]) == {
        "/customs/receipts",
        "/customs/report-decisions",
        "/reports",
        "/customs/control-instructions",
        "/customs/inspection-results",
        "/customs/dispositions",
        "/customs/holds",
        "/customs/articles-decisions",
        "/documents",
        "/guarantees",
        "/guarantees/{guarantor}",
        "/guarantees/{guarantor}/calls",
        "/guarantees/{guarantor}/top-ups",
        "/payment-data",
        "/payment-data/open",
        "/payment-data/pulls",
        "/payment-data/self-test",
        "/payment-data/self-test/{session_id}",
        "/payment-data/standing",
        "/payment-data/upload",
        "/subscriptions",
        "/subscriptions/{id}",
        "/subscriptions/{id}/acknowledge",
        "/subscriptions/{id}/events",
        "/subscriptions/{id}/rotate-secret",
        "/subscriptions/{id}/test",
        "/subscriptions/{id}/unblock",
        "/inbox",
        "/inbox/figures",
        "/inbox/replay",
        "/inbox/{raw_id}",
        "/inbox/{raw_id}/raw",
        "/inbox/{raw_id}/replay",
        "/lists/{ebc_code}/{order_no}",
        "/notices",
        "/health",
    }

    def references(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(child) for child in node.values()))
        return set().union(*(references(child) for child in node)) if isinstance(node, list) else set()

    missing = {ref for ref in references(description) if ref.rpartition("/")[2] not in schemas}
    assert missing == set()
    assert "413" in description["paths"]["/documents"]["post"]["responses"]
    for path in description["paths"].values():
        for operation in path.values():
            assert operation["description"]
