"""The call page's pure modules, run by Node: where tiles go, and which help a browser needs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NODE = Path(sys.executable).with_name("node")
STATIC = Path(__file__).parents[2] / "server/static"


def evaluate(module: str, expression: str) -> Any:
    """What an expression over the `module`'s exports gives."""
    script = f"import * as m from {json.dumps((STATIC / module).as_uri())}; console.log(JSON.stringify({expression}));"
    found = subprocess.run(
        [NODE, "--input-type=module", "--eval", script], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(found.stdout)


@pytest.mark.slow
def test_tiles_for_1_to_25_people_fill_the_space_and_are_as_large_as_they_can_be() -> None:
    sizes = [(360, 650), (1280, 700), (740, 300), (320, 480)]
    grids = evaluate(
        "arrangement.js",
        f"{json.dumps(sizes)}.map(([w, h]) => Array.from({{length: 25}}, (_, i) => m.grid(i + 1, w, h)))",
    )
    for (width, height), found in zip(sizes, grids, strict=True):
        for count, grid in enumerate(found, 1):
            rows, columns = grid["rows"], grid["columns"]
            assert rows * columns >= count > (rows - 1) * columns
            best = max(min(width / each, height * 4 / 3 / -(-count // each)) for each in range(1, count + 1))
            assert min(width / columns, height * 4 / 3 / rows) == pytest.approx(best)
    assert [grids[0][1][each] for each in ("columns", "rows")] == [1, 2]
    assert [grids[1][1][each] for each in ("columns", "rows")] == [2, 1]


@pytest.mark.slow
def test_the_one_in_front_is_beside_or_above_the_others() -> None:
    wide, upright, alone = evaluate(
        "arrangement.js", "[m.withFront(3, 1280, 700), m.withFront(3, 360, 650), m.withFront(0, 360, 650)]"
    )
    assert wide["columns"].startswith("minmax(0, 3fr) ")
    assert wide["area"] == "1 / 1 / -1 / 2"
    assert upright["rows"].startswith("minmax(0, 3fr) ")
    assert upright["area"] == "1 / 1 / 2 / -1"
    assert alone == {"columns": "repeat(1, minmax(0, 1fr))", "rows": "repeat(1, minmax(0, 1fr))", "area": "1 / 1"}


ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8{}) AppleWebKit/537.36 (KHTML, like Gecko) {}Chrome/126.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.4 Safari/605.1"
BROWSERS = {
    ANDROID.format("", ""): ("chrome_android", False),
    ANDROID.format("; wv", "Version/4.0 "): ("chrome_android", True),
    f"{ANDROID.format('', '')} GSA/15.0": ("chrome_android", True),
    IPHONE.format("Version/17.4 Mobile/15E148 Safari/604.1"): ("safari_ios", False),
    IPHONE.format("Mobile/15E148"): ("safari_ios", True),
    IPHONE.format("Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]"): ("safari_ios", True),
    DESKTOP: ("chrome", False),
    f"{DESKTOP} Edg/126.0": ("edge", False),
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": ("firefox", False),
    MAC: ("safari", False),
    "curl/8": ("other", False),
}


@pytest.mark.slow
def test_each_browser_gets_its_own_help_and_apps_are_known() -> None:
    agents = json.dumps(list(BROWSERS))
    found = evaluate("browser.js", f"{agents}.map((agent) => [m.browserOf(agent), m.isInsideApp(agent)])")
    assert dict(zip(BROWSERS, map(tuple, found), strict=True)) == BROWSERS
