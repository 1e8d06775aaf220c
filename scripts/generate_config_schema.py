"""Writes `config/robot.schema.json`, by which editors complete and check `robot.yaml`; with `--check` only compares.

The explanations are the comments of `config/robot.yaml`, so that there is one place for them.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from robotclient.config import RobotConfig

FOLDER = Path(__file__).parents[1] / "config"
SAMPLE, SCHEMA = FOLDER / "robot.yaml", FOLDER / "robot.schema.json"
KEY = re.compile(r"^( *)(\w+):")


def comments(text: str) -> dict[tuple[str, ...], str]:
    """The comment above each key of the sample, by the key's path."""
    found: dict[tuple[str, ...], str] = {}
    path: list[str] = []
    above: list[str] = []
    for line in text.splitlines():
        if line.strip().startswith("#"):
            above.append(line.strip().lstrip("# "))
        elif key := KEY.match(line):
            depth = len(key.group(1)) // 2
            path[depth:] = [key.group(2)]
            found[tuple(path)] = " ".join(above)
            above = []
        else:
            above = []
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the configuration, explained."""
    result = RobotConfig.model_json_schema()
    explained = comments(SAMPLE.read_text(encoding="utf-8"))
    for (*section, key), text in explained.items():
        properties = _properties(result, section)
        if text and key in properties:
            properties[key]["description"] = text
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **result}


def _properties(root: dict[str, Any], section: list[str]) -> dict[str, Any]:
    node = root
    for name in section:
        node = node["properties"][name]
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
    properties: dict[str, Any] = node.get("properties", {})
    return properties


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if not parser.parse_args().check:
        SCHEMA.write_text(text, encoding="utf-8")
        return 0
    if SCHEMA.exists() and SCHEMA.read_text(encoding="utf-8") == text:
        return 0
    print(f"{SCHEMA.name} is not what the code says; run: python -m scripts.generate_config_schema", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
