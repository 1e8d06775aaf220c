"""The demonstration as somebody tries it for the first time: what it prints is true."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import httpx
import pytest

from scripts.lab.example import EXAMPLE
from scripts.lab.process import until
from tests.system.guests import DEADLINE

pytestmark = pytest.mark.system


@pytest.mark.long
async def test_portal_links_and_mails_are_there(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.lab.demo"), stdout=PIPE, env=environment, start_new_session=True
    )
    assert demo.stdout is not None
    try:
        async with asyncio.timeout(3 * DEADLINE):
            said = (await demo.stdout.readuntil(b"Ctrl-C ends it.")).decode()
            assert EXAMPLE.name in said
            await try_the_portal(said)
            for link in re.findall(r"http://\S+/r/\S+", said):
                async with httpx.AsyncClient() as http:
                    assert (await http.get(link)).status_code == 200
            await until(lambda: both_mails(tmp_path), "both relatives' mails are files")
            demo.send_signal(signal.SIGINT)
            assert await demo.wait() == 0
    finally:
        if demo.returncode is None:
            os.killpg(demo.pid, signal.SIGKILL)
            await demo.wait()


async def try_the_portal(said: str) -> None:
    """Sign in with what was printed, as far as the page that asks for a password of one's own."""
    found = re.search(r"(http://\S+)/sign-in    user name: (\S+)    password: (\S+)", said)
    assert found
    url, username, password = found.groups()
    async with httpx.AsyncClient(base_url=url, follow_redirects=True, headers={"Origin": url}) as http:
        page = await http.post("/sign-in", data={"username": username, "password": password})
    assert page.url.path == "/profile/password"


async def both_mails(directory: Path) -> bool:
    mails = [path.read_bytes() for path in directory.glob("*/data/mails/*.eml")]
    return all(any(email.encode() in mail for mail in mails) for email in EXAMPLE.emails)
