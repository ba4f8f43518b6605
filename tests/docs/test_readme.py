"""The documents' code compiles, their links lead somewhere, and their commands exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
READ = {page: page.read_text(encoding="utf-8") for page in PAGES}
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page, text in READ.items()
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
]


def test_the_readme_has_code() -> None:
    assert any("README" in str(block.id) for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_compiles_and_its_imports_exist(block: str) -> None:
    compile(block, "<block>", "exec")
    imports = [line.strip() for line in block.splitlines() if re.match(r"\s*from clearway[\w.]* import ", line)]
    for line in imports:
        exec(line, {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", READ[page])
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_every_make_command_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {name for text in READ.values() for name in re.findall(r"`make ([a-z-]+)", text)}
    assert named - targets == set()


def test_every_file_the_readme_names_exists() -> None:
    paths = re.findall(r"`((?:[a-z_]+/)+[\w.]*|docker-compose\.yml)`", READ[ROOT / "README.md"])
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
