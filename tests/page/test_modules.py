"""The page's modules that know no page, by scripts of what happens; Node's own test runner runs them."""

import subprocess
from pathlib import Path

import pytest

from tests.page.node import NODE

HERE = Path(__file__).parent


@pytest.mark.parametrize("script", sorted(HERE.glob("*.mjs")), ids=lambda path: path.stem)
def test_module(script: Path) -> None:
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# tests 0" not in done.stdout
