"""`robotserver`: what each command does, and one clear line with an exit code for each way it can fail."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import yaml

from server import migrations, times
from server.__main__ import main
from server.config import ServerConfig

pytestmark = pytest.mark.slow

Run = Callable[..., tuple[int, str, str]]
NEWEST = max(file.name[:4] for file in (Path(migrations.__path__[0]) / "versions").glob("[0-9]*.py"))
VISIT = ("book", "--robot", "R1", "--title", "Ana's visit")
SUPERVISOR = ("create-supervisor", "anna", "--email", "anna@example.org")


@pytest.fixture
def path(config: ServerConfig) -> Path:
    return Path(config.database.url.partition(":///")[2])


@pytest.fixture
def run(config: ServerConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the test's own configuration file; its exit code, output and errors."""
    file = tmp_path / "server.yaml"
    database = {"url": config.database.url, "busy_seconds": 1.0}
    values = {"data_directory": str(config.data_directory), "database": database, "listen": {"port": 0}}
    file.write_text(yaml.safe_dump(values))

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main([*words, "--config", str(file)])
        except SystemExit as exited:  # argparse's own way out
            code = int(exited.code or 0)
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return code, output.out, output.err

    return run


def refused(answer: tuple[int, str, str], code: int, *words: str) -> None:
    """One line on standard error, nothing on standard output."""
    assert answer[0] == code
    assert answer[1] == ""
    assert answer[2].startswith("robotserver: ")
    assert answer[2].count("\n") == 1
    for word in words:
        assert word in answer[2]


def test_from_nothing_to_a_closed_visit(run: Run) -> None:
    assert run("migrate")[:2] == (0, f"The schema is at version {NEWEST}.\n")
    code, output, _ = run(*SUPERVISOR, "--json")
    assert code == 0
    assert len(json.loads(output)["password"]) == 16
    code, output, _ = run("add-robot", "R1")
    assert "robotclient enroll" in output
    code, output, _ = run(*VISIT, "--starts", "now", "--minutes", "0.5", "--guest", "Ana", "--json")
    booked = json.loads(output)
    assert code == 0
    assert booked["link"].startswith("http://127.0.0.1:3030/r/")
    assert run("close-room", booked["room"])[:2] == (0, 'Closed: "Ana\'s visit"\n')
    refused(run("close-room", booked["reservation"]), 1, "closed")


def test_a_clash_names_the_other_visit_in_the_site_s_time(run: Run) -> None:
    zone = ServerConfig().zone
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    last_second = datetime.combine(tomorrow, time(16, 59, 59), zone)
    run("add-robot", "R1")
    assert run(*VISIT, "--starts", f"{tomorrow}T16:30", "--minutes", "30")[0] == 0
    again = run(*VISIT, "--starts", times.rfc3339(last_second), "--minutes", "5")
    refused(again, 1, "R1", "Ana's visit", f"{tomorrow} 16:30-17:00")


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("--starts", "soon", "--minutes", "30"), 1, ("'soon' is not a time", "write one like 2026-11-20T16:30")),
        (("--starts", "2036-03-30T02:30", "--minutes", "30"), 1, ("clocks skip",)),
        (("--starts", "2020-01-01T10:00", "--minutes", "30"), 1, ("already be over",)),
        (("--starts", "now", "--minutes", "0"), 1, ("must end after it starts",)),
        (("--starts", "now", "--minutes", "nan"), 1, ("--minutes",)),
        (("--starts", "now", "--minutes", "1e300"), 1, ("--minutes",)),
        (("--starts", "now", "--minutes", "241"), 1, ("240 minutes", "rooms.max_minutes")),
        (("--starts", "now", "--minutes", "5", "--title", ""), 2, ("title",)),
        (("--starts", "now", "--minutes", "5", "--guest", "a\nb"), 2, ("guest",)),
        (("--starts", "now", "--minutes", "5", "--robot", "R9"), 1, ("'R9'", "robots: R1")),
    ],
)
def test_what_cannot_be_booked(run: Run, words: tuple[str, ...], code: int, named: tuple[str, ...]) -> None:
    run("add-robot", "R1")
    refused(run(*VISIT, *words), code, *named)


def test_names_are_taken_once(run: Run) -> None:
    first = json.loads(run("add-robot", "R1", "--json")[1])["code"]
    refused(run("add-robot", "R1"), 1, "'R1'")
    assert json.loads(run("add-robot", "R1", "--new-code", "--json")[1])["code"] != first
    refused(run("add-robot", "R2", "--new-code"), 1, "'R2'")
    run(*SUPERVISOR)
    refused(run(*SUPERVISOR), 1, "'anna'")


@pytest.mark.parametrize(
    ("words", "typed", "named"),
    [
        (SUPERVISOR, "short\n", "password: must have at least 12"),
        (SUPERVISOR, "", "password: must have at least 12"),
        ((*SUPERVISOR[:3], "nowhere"), "a good long password\n", "email"),
        ((*SUPERVISOR, "--name", ""), "a good long password\n", "name"),
    ],
)
def test_bad_supervisors(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], typed: str, named: str
) -> None:
    (tmp_path / "stdin").write_text(typed)
    with (tmp_path / "stdin").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        refused(run(*words, "--password-stdin"), 2, named)


def test_a_password_of_ones_own_is_not_shown(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stdin").write_text("a good long password\n")
    with (tmp_path / "stdin").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert run(*SUPERVISOR, "--password-stdin")[:2] == (0, "Supervisor anna is there.\n")


def test_unknown_rooms_and_commands(run: Run) -> None:
    refused(run("close-room", "nowhere"), 1, "no such room")
    assert run("dance")[0] == 2
    assert run("add-robot")[0] == 2


def test_wrong_and_missing_configuration(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "server.yaml"
    assert run("check-config")[:2] == (0, f"{file}: right.\n")
    file.write_text("langauge: es")
    for command in ("check-config", "show-config", "run", "migrate"):
        refused(run(command), 2, f"{file}, line 1: unknown key 'langauge'. Did you mean 'language'?")
    file.unlink()
    refused(run("check-config"), 2, str(file), "No such file", "--config")


def test_show_config_can_be_read_again(run: Run, config: ServerConfig) -> None:
    code, output, _ = run("show-config")
    assert code == 0
    shown = ServerConfig(**yaml.safe_load(output))
    assert shown.data_directory == config.data_directory
    assert json.loads(run("show-config", "--json")[1]) == yaml.safe_load(output)


@pytest.mark.sqlite
@pytest.mark.parametrize("command", [("run",), ("add-robot", "R1"), ("migrate",)])
def test_a_database_that_is_locked_newer_or_none_at_all(run: Run, path: Path, command: tuple[str, ...]) -> None:
    blocker = sqlite3.connect(path)
    blocker.execute("BEGIN IMMEDIATE")
    refused(run(*command), 1, "database is locked")
    blocker.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    blocker.commit()
    blocker.close()
    refused(run(*command), 1, "from-the-future", "newer")
    path.write_bytes(b"no database" * 1000)
    refused(run(*command), 1, "not a database")
    path.unlink()
    path.mkdir()
    refused(run(*command), 1, "unable to open database file")


@pytest.mark.sqlite
def test_an_old_schema_is_refused_where_it_may_not_be_changed(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.unlink()
    monkeypatch.setenv("ROBOTSERVER_DATABASE__MIGRATE", "false")
    for command in (("run",), ("add-robot", "R1")):
        refused(run(*command), 1, "older", "robotserver migrate")
    assert run("migrate")[0] == 0
    assert run("add-robot", "R1")[0] == 0


@pytest.mark.sqlite
def test_what_is_made_is_for_the_server_alone(run: Run, path: Path) -> None:
    path.unlink()
    run("add-robot", "R1")
    assert path.stat().st_mode & 0o077 == 0


def test_a_data_directory_that_cannot_be_used(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ROBOTSERVER_DATA_DIRECTORY", str(tmp_path / "file"))
    run("add-robot", "R1")
    for command in (("run",), (*VISIT, "--starts", "now", "--minutes", "5")):
        refused(run(*command), 1, "data_directory", f"{tmp_path}/file")
