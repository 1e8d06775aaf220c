"""Who may import whom: the architecture as a table, checked against the source (docs/architecture.md explains it)."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("wire", "robotclient", "server")

MAY_IMPORT = {
    "wire": {"wire", "pydantic"},
    "robotclient": {
        "robotclient", "wire", "pydantic", "pydantic_core", "pydantic_settings", "yaml",
        "OpenSSL", "aiohttp", "aioice", "aiortc", "av", "cffi", "cv2", "livekit", "numpy", "pyaudio", "socketio",
        "systemd",
    },
    "server": {
        "server", "wire", "pydantic", "pydantic_core", "pydantic_settings", "yaml", "aiosmtplib", "alembic", "argon2",
        "babel", "cryptography", "engineio", "fastapi", "icalendar", "jinja2", "segno", "socketio", "sqlalchemy",
        "starlette", "systemd", "uvicorn", "uvloop",
    },
}  # fmt: skip
PURE = {
    "robotclient.schedule", "robotclient.call", "robotclient.callers", "robotclient.camera_choice",
    "robotclient.announcements.phrases",
    "robotclient.media.screen.layout", "server.booking", "server.rooms",
    "server.quality.series", "server.quality.verdict", "server.quality.chart",
    "robotclient.transport.feedback", "robotclient.transport.feedback_requests", "robotclient.transport.round_trip",
    "robotclient.transport.video", "robotclient.transport.video_frame", "robotclient.transport.video_keyframes",
    "robotclient.transport.video_losses", "robotclient.transport.video_packet", "robotclient.transport.video_queue",
    "robotclient.transport.video_references", "robotclient.transport.video_source",
    "robotclient.transport.video_statistics", "robotclient.transport.wrapping",
    "robotclient.transport.allocation", "robotclient.transport.congestion", "robotclient.transport.pacer",
    "robotclient.transport.retransmission", "robotclient.transport.silence",
}  # fmt: skip
PURE_MAY_IMPORT = {
    "collections", "dataclasses", "datetime", "enum", "functools", "hmac", "itertools", "math", "operator", "pydantic",
    "statistics", "struct", "typing", "wire", "zlib",
}  # fmt: skip
MERE_DATA = {"robotclient", "robotclient.config", "server.config", "server.errors"}
"""Modules without behaviour that the core may know."""
ADAPTERS = {
    "robotclient.portal", "robotclient.signaling", "robotclient.peer", "robotclient.health",
    "robotclient.media.camera", "robotclient.media.audio", "robotclient.media.screen", "robotclient.media.controls",
}  # fmt: skip
"""One outside thing each; the daemon alone brings them together."""
WITHOUT_AV = "robotclient.media.screen"
"""`import av` before `import cv2` makes OpenCV's first window hang for ever."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> dict[str, Path]:
    return {
        module_name(path): path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    }


SOURCES = sources()


def imports(path: Path) -> Iterator[str]:
    """All modules that a file imports, wherever in it; imports for types only do not run and do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (name for alias in node.names if (name := f"{node.module}.{alias.name}") in SOURCES)


def within(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


@pytest.mark.parametrize("module", SOURCES)
def test_a_package_imports_only_what_it_may(module: str) -> None:
    used = {name.partition(".")[0] for name in imports(SOURCES[module])} - sys.stdlib_module_names
    assert used <= MAY_IMPORT[module.partition(".")[0]]


@pytest.mark.parametrize("module", [name for name in SOURCES if any(within(name, pure) for pure in PURE)])
def test_the_pure_core_has_no_clock_no_io_and_no_log(module: str) -> None:
    foreign = {
        name
        for name in imports(SOURCES[module])
        if name.partition(".")[0] not in PURE_MAY_IMPORT
        and not any(within(name, pure) for pure in PURE)
        and name not in MERE_DATA
    }
    assert foreign == set()


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_adapters_do_not_know_one_another(adapter: str) -> None:
    used = {name for module, path in SOURCES.items() if within(module, adapter) for name in imports(path)}
    assert not {name for name in used for other in ADAPTERS - {adapter} if within(name, other)}


def test_the_screen_never_imports_av() -> None:
    reached: set[str] = set()
    waiting = [name for name in SOURCES if within(name, WITHOUT_AV)]
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached.add(module)
        used = set(imports(SOURCES[module]))
        assert "av" not in {name.partition(".")[0] for name in used}, f"{module} imports av"
        waiting += [name for name in used if name in SOURCES]


def test_nothing_imports_in_a_circle() -> None:
    graph = {
        module: {name for name in imports(path) if name in SOURCES and not within(module, name)}
        for module, path in SOURCES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_nobody_imports_the_application() -> None:
    users = {module for module, path in SOURCES.items() if "server.app" in imports(path)}
    assert all(within(module, "server.commands") or module == "server.__main__" for module in users)
