"""A file that changes is read again, by itself or when asked, and a broken one changes nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from robotclient import configfile, configwatch, lastgood
from robotclient.configwatch import ConfigBroken, ConfigChanged, ConfigMended, ConfigNews, ConfigWatch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "robot.yaml"
    path.write_text(f"state_directory: {tmp_path}/state\n")
    return path


class Watched:
    def __init__(self, file: Path) -> None:
        self.news: list[ConfigNews] = []
        self.watch = ConfigWatch(file, configfile.load(file), self.news.append)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


def test_when_told_to_it_reads_at_once(file: Path) -> None:
    one = Watched(file)
    file.write_text(file.read_text() + "language: en\n")
    one.watch.reload()
    (news,) = one.news
    assert isinstance(news, ConfigChanged)
    assert news.config.language == "en"
    assert lastgood.load(file)[0] == news.config
    file.write_text("kamera: {}\n" + file.read_text())
    one.watch.reload()
    assert isinstance(one.news[-1], ConfigBroken)
    assert one.news[-1].error.first_line == 1
    assert lastgood.load(file)[0] == news.config, "the last good one is kept"


def test_a_mistake_that_is_taken_back_is_told_as_mended(file: Path) -> None:
    one = Watched(file)
    whole = file.read_text()
    file.write_text("a: [")
    one.watch.reload()
    file.write_text(whole)
    one.watch.reload()
    assert [type(each) for each in one.news] == [ConfigBroken, ConfigMended]


async def test_a_change_is_noticed_by_itself_and_told_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configwatch, "INTERVAL", 0.02)
    one = Watched(file)
    running = asyncio.create_task(one.watch.run())
    file.write_text(file.read_text() + "language: en\n")
    await one.until(lambda: len(one.news) == 1)
    folder = file.parent / "conf.d"
    folder.mkdir()
    (folder / "ward.yaml").write_text("camera: {fps: 15}\n")
    await one.until(lambda: len(one.news) == 2)
    running.cancel()
    first, second = one.news
    assert isinstance(first, ConfigChanged)
    assert isinstance(second, ConfigChanged)
    assert (second.config.language, second.config.camera.fps) == ("en", 15)
