"""The server's secret on disk."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server import secret


def test_it_is_made_once_for_the_server_alone(tmp_path: Path) -> None:
    first = secret.load(tmp_path / "data")
    assert len(first) == 32
    assert secret.load(tmp_path / "data") == first
    assert secret.load(tmp_path / "other") != first
    assert stat.S_IMODE((tmp_path / "data/secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


def test_the_first_of_many_wins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(secret.load, [tmp_path] * 64))) == 1


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret.load(tmp_path)
    (tmp_path / "secret").chmod(0o640)
    with pytest.raises(secret.SecretError, match="chmod 600"):
        secret.load(tmp_path)


def test_a_torn_secret_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(0o600)
    with pytest.raises(secret.SecretError, match="0 bytes"):
        secret.load(tmp_path)
    assert (tmp_path / "secret").read_bytes() == b""


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(secret.SecretError, match=rf"{os.strerror(20)} \(data_directory: .*file/data\)"):
        secret.load(tmp_path / "file/data")
