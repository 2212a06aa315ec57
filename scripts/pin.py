"""Write the exact versions of every dependency into pyproject.toml, or check that they stand there.

    uv run python scripts/pin.py            resolve anew and write
    uv run python scripts/pin.py --check    fail if the resolved environment has a version that is not pinned

The versions stand in ``[tool.uv] constraint-dependencies``, one for each package (two where Python versions differ),
because a lock file would name the registry that it was resolved against.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
BLOCK = re.compile(r"constraint-dependencies = \[.*?\n?\]", re.DOTALL)


def resolved() -> list[str]:
    """Pins of the environment as uv resolves it, with their markers."""
    command = [
        "uv",
        "export",
        "--quiet",
        "--all-groups",
        "--all-extras",
        "--no-hashes",
        "--no-emit-project",
        "--no-annotate",
    ]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT.parent).stdout.splitlines()
    return [line.strip() for line in lines if "==" in line and not line.lstrip().startswith(("#", "-"))]


def written() -> list[str]:
    """Pins as pyproject.toml has them."""
    pins: list[str] = tomllib.loads(PROJECT.read_text())["tool"]["uv"]["constraint-dependencies"]
    return pins


def write(pins: list[str]) -> None:
    """Replace the pins in pyproject.toml."""
    body = "".join(f'  "{pin}",\n'.replace('"', "'") if '"' in pin else f'  "{pin}",\n' for pin in pins)
    block = f"constraint-dependencies = [\n{body}]" if pins else "constraint-dependencies = []"
    PROJECT.write_text(BLOCK.sub(lambda match: block, PROJECT.read_text(), count=1))


def main() -> None:
    if "--check" in sys.argv:
        missing = sorted(set(resolved()) - set(written()))
        sys.exit(f"not pinned: {', '.join(missing)}. Run scripts/pin.py" if missing else 0)
    write([])
    (PROJECT.parent / "uv.lock").unlink(missing_ok=True)
    write(resolved())


if __name__ == "__main__":
    main()
