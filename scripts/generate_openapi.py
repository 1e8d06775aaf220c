"""Write docs/openapi.json from the server's routes and the models of wire/; with --check only compare."""

import json
import sys
from pathlib import Path

from server.api.document import document
from server.app import create_web
from server.config import ServerConfig
from server.database import Database

PATH = Path(__file__).parent.parent / "docs/openapi.json"


def openapi() -> str:
    """The document as JSON, the same for the same code."""
    config = ServerConfig()
    whole = document(create_web(config, Database(config.database.url)))
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write, or compare and say what to do."""
    if "--check" not in sys.argv[1:]:
        PATH.write_text(openapi(), encoding="utf-8")
        return 0
    if PATH.exists() and PATH.read_text(encoding="utf-8") == openapi():
        return 0
    print(f"{PATH.name} is not what the code says; run python -m scripts.generate_openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
