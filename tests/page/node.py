"""The page's modules by themselves, in Node: no page is needed for what knows none."""

import json
from pathlib import Path
from typing import Any

from scripts.lab.process import program, run

NODE = program("node")
STATIC = Path(__file__).parents[2] / "server/static"


def node(module: str, expression: str, *values: Any) -> Any:
    """The value of a JavaScript expression with all that a module exports as `m`, and `values` as `v`."""
    script = f"""
    const m = await import({json.dumps((STATIC / module).as_uri())});
    const v = {json.dumps(values)};
    console.log(JSON.stringify(await ({expression})));
    """
    return json.loads(run([NODE, "--input-type=module", "--eval", script]))
