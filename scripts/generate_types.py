"""Write the browser's types, server/static/wire.d.ts, from wire/; with --check only say whether they are current."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from scripts.lab.process import program
from wire import VERSION
from wire.base import Message
from wire.channels import BOARD, FROM_RECEIVER, FROM_SENDER
from wire.signaling import CLIENT_EVENTS, SERVER_EVENTS, Joined, Refusal, Waiting

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "server/static/wire.d.ts"
COMPILER = ROOT / "server/node_modules/json-schema-to-typescript/dist/src/cli.js"
BANNER = "/* Generated from wire/ by scripts/generate_types.py; do not edit. */"


def main() -> int:
    """Return 1 if --check found the types out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the file is out of date")
    check: bool = parser.parse_args().check
    types = compile_types(schema())
    if check and (not OUTPUT.exists() or OUTPUT.read_text() != types):
        print(f"{OUTPUT.relative_to(ROOT)} does not match wire/: run scripts/generate_types.py and commit the result")
        return 1
    if not check:
        OUTPUT.write_text(types)
    return 0


def schema() -> dict[str, Any]:
    """One JSON schema that reaches every model the browser reads or writes."""
    models: set[type[Message]] = {*CLIENT_EVENTS.values(), *SERVER_EVENTS.values(), Joined, Refusal, Waiting}
    models |= {*BOARD, *FROM_SENDER, *FROM_RECEIVER}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema([(model, "validation") for model in ordered])
    root = _record(
        "Wire",
        {
            "version": {"const": VERSION},
            "client": _events("ClientEvents", CLIENT_EVENTS),
            "server": _events("ServerEvents", SERVER_EVENTS),
            "joined": _reference(Joined),
            "waiting": _reference(Waiting),
            "refusal": _reference(Refusal),
            "board": _choice("BoardMessage", BOARD),
            "fromSender": _choice("FromSender", FROM_SENDER),
            "fromReceiver": _choice("FromReceiver", FROM_RECEIVER),
        },
    )
    return {**root, "$defs": {name: _plain(model) for name, model in definitions["$defs"].items()}}


def compile_types(source: dict[str, Any]) -> str:
    """TypeScript declarations of a JSON schema."""
    if not COMPILER.exists():
        raise SystemExit(f"{COMPILER.relative_to(ROOT)} is missing: run scripts/install")
    command = [
        program("node"),
        str(COMPILER),
        "--no-additionalProperties",
        "--maxItems",
        "-1",
        "--bannerComment",
        BANNER,
    ]
    command += ["--style.printWidth", "120"]
    text = json.dumps(source)
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout


def _events(title: str, events: dict[str, type[Message]]) -> dict[str, Any]:
    return _record(title, {name: _reference(model) for name, model in events.items()})


def _choice(title: str, models: tuple[type[Message], ...]) -> dict[str, Any]:
    return {"title": title, "anyOf": [_reference(model) for model in models]}


def _record(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "object", "properties": properties, "required": list(properties)}


def _reference(model: type[Message]) -> dict[str, str]:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _plain(model: dict[str, Any]) -> dict[str, Any]:
    """The compiler would make a new named type of every field with a title or a default of its own."""
    fields = {
        name: {key: value for key, value in field.items() if key not in {"title", "default"}}
        for name, field in model.get("properties", {}).items()
    }
    return {**model, "properties": fields} if fields else model


if __name__ == "__main__":
    sys.exit(main())
