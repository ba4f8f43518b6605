"""The generated parts of the documentation: `python -m deploy.generated` writes them anew, `--check` tells stale ones.

A block in a page names the command that prints it:

    <!-- name: begin (python -m package --option) -->
    …
    <!-- name: end -->
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(
    r"(?P<begin><!-- (?P<name>[\w -]+): begin \(python -m (?P<command>[^)]+)\) -->\n)"
    r".*?(?P<end><!-- (?P=name): end -->)",
    re.DOTALL,
)
WHOLE_FILES = {
    "docs/contract/clearway.schema.json": "clearway.contracts.schema",
    "docs/pictures/benchmark.svg": "bench.picture",
}
"""Files that one command prints from beginning to end."""


def stale(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every file that would be written otherwise today, with its right content."""
    for page in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")]):
        text = page.read_text(encoding="utf-8")
        right = BLOCK.sub(lambda block: block["begin"] + _printed(block["command"]) + block["end"], text)
        if right != text:
            yield page, right
    for name, command in WHOLE_FILES.items():
        file, right = root / name, _printed(command)
        if not file.exists() or file.read_text(encoding="utf-8") != right:
            yield file, right


def _printed(command: str) -> str:
    """What `python -m command` prints. Raises SystemExit with its complaint when it fails."""
    answer = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if answer.returncode:
        raise SystemExit(f"python -m {command} failed:\n{answer.stderr}")
    return answer.stdout


def main() -> int:
    """Write what is stale, or with --check only tell it; 1 when a check finds any."""
    parser = argparse.ArgumentParser(prog="python -m deploy.generated", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when anything is stale")
    check = parser.parse_args().check
    found = False
    for file, right in stale():
        found = True
        sys.stdout.write(f"{'stale' if check else 'written'}: {file.relative_to(ROOT)}\n")
        if not check:
            file.write_text(right, encoding="utf-8")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
