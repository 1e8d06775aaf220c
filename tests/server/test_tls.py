"""HTTPS: the site's own authority, certificates renewed in a running server, proxies in front, a robot that pins."""

import asyncio
import hashlib
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import socketio
import yaml
from aiohttp import ClientSession, TCPConnector
from cryptography import x509

from scripts.lab.process import Process, program, run, wait_for
from scripts.lab.server import LabServer, free_port
from server import tls
from server.authority import RENEWED_BEFORE, Authority, AuthorityError
from server.certificates import LIVES, ROOT_LIVES, SKEW
from server.config import ServerConfig
from server.tls import Tls
from tests.server.certificates import make_certificate
from tests.server.data_rig import Clock, serving

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime.now(UTC)
SOON = 20.0


def served(context: ssl.SSLContext, authority: Path, host: str = "localhost") -> x509.Certificate:
    """The certificate that a client gets who trusts `authority`; raises `ssl.SSLError` where he refuses it."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=authority).wrap_bio(to_client, to_server, server_hostname=host)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return x509.load_der_x509_certificate(client.getpeercert(binary_form=True) or b"")


@pytest.fixture
def site(tmp_path: Path) -> ServerConfig:
    listen = {"tls": "site_ca", "names": ["192.0.2.7"]}
    return ServerConfig.model_validate(
        {"public_url": "https://localhost", "data_directory": str(tmp_path), "listen": listen}
    )


def test_who_trusts_the_root_trusts_the_server(site: ServerConfig, tmp_path: Path) -> None:
    context = Tls(site, NOW).context
    root = tmp_path / "tls/ca.pem"
    assert served(context, root).not_valid_after_utc <= NOW + LIVES
    assert served(context, root, "192.0.2.7").issuer == x509.load_pem_x509_certificate(root.read_bytes()).subject
    with pytest.raises(ssl.SSLError, match="mismatch"):
        served(context, root, "other.example")
    with pytest.raises(ssl.SSLError, match=r"self-signed|unable to get"):
        served(context, make_certificate(tmp_path, "localhost"))
    assert (tmp_path / "tls/ca.key").stat().st_mode & 0o077 == 0


def test_the_root_vouches_for_no_other_site(site: ServerConfig, tmp_path: Path) -> None:
    Tls(site, NOW)
    authority = Authority(tmp_path / "tls")
    assert authority.renew(["other.example"], NOW)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issued)
    with pytest.raises(ssl.SSLError, match="permitted subtree violation"):
        served(context, authority.root, "other.example")


def test_a_certificate_is_renewed_while_the_server_runs(site: ServerConfig, tmp_path: Path) -> None:
    running = Tls(site, NOW - LIVES + RENEWED_BEFORE)
    first = served(running.context, tmp_path / "tls/ca.pem")
    running.refresh(NOW - timedelta(hours=1))
    assert served(running.context, tmp_path / "tls/ca.pem") == first
    running.refresh(NOW + timedelta(hours=1))
    assert served(running.context, tmp_path / "tls/ca.pem").serial_number != first.serial_number


def test_files_that_were_replaced_are_read_again_and_torn_ones_are_not(tmp_path: Path) -> None:
    path = make_certificate(tmp_path, "localhost")
    files = {"tls": "files", "certificate": str(path), "host": "0.0.0.0"}
    running = Tls(ServerConfig.model_validate({"listen": files}), NOW)
    first = served(running.context, path)
    path.write_text("torn")
    running.refresh(NOW + tls.LOOK_EVERY)
    make_certificate(tmp_path, "localhost")
    running.refresh(NOW + 2 * tls.LOOK_EVERY)
    assert served(running.context, path) != first


def test_another_name_needs_another_root_and_that_is_said(site: ServerConfig, tmp_path: Path) -> None:
    Tls(site, NOW)
    with pytest.raises(AuthorityError, match=r"vouches for .*localhost and not for new\.example; .* or delete"):
        Authority(tmp_path / "tls").make(["new.example"], NOW)
    moved = site.model_copy(update={"public_url": "https://new.example"})
    with pytest.raises(tls.TlsError, match=r"new\.example"):
        Tls(moved, NOW)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        (["192.0.2.7"], ["other.example", "192.0.2.8", "2001:db8::7"]),
        (["2001:db8::7"], ["other.example", "192.0.2.7", "2001:db8::8"]),
        (["house.example"], ["other.example", "192.0.2.7", "2001:db8::7"]),
        (["house.example", "192.0.2.7"], ["other.example", "192.0.2.8", "2001:db8::7"]),
    ],
)
def test_the_root_vouches_for_its_own_names_and_no_others_of_any_kind(
    tmp_path: Path, own: list[str], others: list[str]
) -> None:
    authority = Authority(tmp_path / "tls")
    authority.make(own, NOW)
    for hosts in (own, *([other] for other in others)):
        authority.renew(hosts, NOW)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.issued)
        if hosts is own:
            assert all(served(context, authority.root, host) for host in own)
            continue
        with pytest.raises(ssl.SSLError, match=r"(permitted|excluded) subtree"):
            served(context, authority.root, hosts[0])


def test_a_certificate_whose_key_has_not_come_yet_leaves_the_old_one_in_use(tmp_path: Path) -> None:
    whole = make_certificate(tmp_path, "localhost")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(whole.read_bytes())
    key.write_bytes(whole.read_bytes())
    files = {"tls": "files", "certificate": str(certificate), "key": str(key), "host": "0.0.0.0"}
    running = Tls(ServerConfig.model_validate({"listen": files}), NOW)
    first = served(running.context, certificate)
    trusted = whole.rename(tmp_path / "trusted.pem")
    certificate.write_bytes(make_certificate(tmp_path, "localhost").read_bytes())
    running.refresh(NOW + tls.LOOK_EVERY)
    assert served(running.context, trusted) == first
    key.write_bytes(certificate.read_bytes())
    running.refresh(NOW + 2 * tls.LOOK_EVERY)
    assert served(running.context, certificate) != first


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.7, 0.95])
def test_a_torn_certificate_is_made_anew(site: ServerConfig, tmp_path: Path, keep: float) -> None:
    Tls(site, NOW)
    issued = Authority(tmp_path / "tls").issued
    content = issued.read_bytes()
    issued.write_bytes(content[: int(len(content) * keep)])
    served(Tls(site, NOW).context, tmp_path / "tls/ca.pem")  # which raises where it is not trusted


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("ca.pem", b"torn", r"ca\.pem: cannot be read; restore it from the backup"),
        ("ca.key", b"torn", r"ca\.key: cannot be read; restore it from the backup, or delete"),
        ("ca.key", None, r"ca\.key: cannot be read; restore it from the backup, or delete"),
        ("ca.key", "other", r"ca\.key: is not the key of .*ca\.pem; restore both"),
        ("ca.pem", "other", r"ca\.pem: is no root that was made here; restore it"),
    ],
)
def test_an_authority_that_is_not_whole_is_said_and_the_server_goes_on(
    site: ServerConfig,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes | str | None,
    told: str,
) -> None:
    running = Tls(site, NOW)
    first = served(running.context, tmp_path / "tls/ca.pem")
    trusted = (tmp_path / "tls/ca.pem").rename(tmp_path / "trusted.pem")
    (tmp_path / "tls/ca.pem").write_bytes(trusted.read_bytes())
    file = tmp_path / "tls" / name
    other = make_certificate(tmp_path, "localhost").read_bytes()
    file.unlink()
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else other)
    (tmp_path / "tls/server.pem").unlink()
    running.refresh(NOW + tls.LOOK_EVERY)
    assert served(running.context, trusted) == first
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    with pytest.raises(tls.TlsError, match=told):
        Tls(site, NOW)


def test_a_clock_that_was_wrong_leaves_no_certificate_of_tomorrow(site: ServerConfig, tmp_path: Path) -> None:
    Tls(site, NOW)
    running = Tls(site, NOW + timedelta(days=300))
    with pytest.raises(ssl.SSLError, match="not yet valid"):
        served(running.context, tmp_path / "tls/ca.pem")
    running.refresh(NOW)
    served(running.context, tmp_path / "tls/ca.pem")


@pytest.mark.parametrize("away", [-2 * SKEW, ROOT_LIVES])
def test_a_root_that_is_not_valid_now_is_said_in_plain_words(
    site: ServerConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture, away: timedelta
) -> None:
    running = Tls(site, NOW)
    issued = (tmp_path / "tls/server.pem").read_bytes()
    with pytest.raises(tls.TlsError, match=r"is valid from .* clock says .*; set the clock right, or, .* delete"):
        Tls(site, NOW + away)
    running.refresh(NOW + away)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert (tmp_path / "tls/server.pem").read_bytes() == issued


def test_the_end_is_told_long_before_it_comes_once_a_day(
    site: ServerConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = Tls(site, NOW)
    caplog.set_level("WARNING")
    for hours in range(-48, 48):
        running.refresh(NOW + ROOT_LIVES - tls.ROOT_ENDS + timedelta(hours=hours, minutes=1))
    assert len(caplog.messages) == 2
    assert all("ca.pem: is valid until" in message for message in caplog.messages)
    file = make_certificate(tmp_path, "localhost")
    files = {"tls": "files", "certificate": str(file), "host": "0.0.0.0"}
    Tls(ServerConfig.model_validate({"listen": files}), NOW)
    assert "localhost.pem: is valid until" in caplog.messages[-1]


async def says_hello(url: str, context: ssl.SSLContext) -> None:
    """A page, and signaling over a WebSocket."""
    async with httpx.AsyncClient(base_url=url, verify=context) as http:
        assert (await http.get("/healthz")).json() == {"status": "ok"}
    async with ClientSession(connector=TCPConnector(ssl=context)) as session:
        client = socketio.AsyncClient(reconnection=False, http_session=session)
        await client.connect(url, transports=["websocket"], headers={"Origin": url}, wait_timeout=SOON)
        assert (await client.call("leave", timeout=SOON))["error"] == "not_in_room"
        await client.disconnect()


@pytest.mark.system
async def test_a_house_with_an_authority_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    server = LabServer(
        tmp_path / "server",
        port=port,
        listen={"host": "0.0.0.0", "port": port, "tls": "site_ca"},
        public_url=f"https://localhost:{port}",
    )
    code = server.json("add-robot", "R1")["code"]
    with server:
        root = tmp_path / "server/data/tls/ca.pem"
        url = f"https://localhost:{port}"
        trusting = ssl.create_default_context(cafile=root)
        await says_hello(url, trusting)
        async with httpx.AsyncClient(base_url=url, verify=trusting) as http:
            page = (await http.get("/certificate")).text
            file = await http.get("/certificate.crt")
            assert (await http.get("/certificate.svg")).text.startswith("<?xml")
        fingerprint = hashlib.sha256(file.content).hexdigest()
        assert fingerprint.upper() in re.sub(r"\s", "", page)
        assert fingerprint == server.json("fingerprint")["sha256"]
        await asyncio.to_thread(_enrol, tmp_path, url, code, fingerprint)


def _enrol(directory: Path, url: str, code: str, fingerprint: str) -> None:
    """A robot trusts the root that it was told of, and no other; it needs to be told once."""
    config = directory / "robot.yaml"
    config.write_text(yaml.safe_dump({"server": {"url": url}, "state_directory": str(directory / "robot")}))
    words = [program("robotclient"), "enroll", code, "--config", str(config)]
    refused = subprocess.run([*words, "--fingerprint", "00" * 32], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert fingerprint in refused.stderr
    assert not (directory / "robot/ca.pem").exists()
    assert "Enrolled as 'R1'" in run([*words, "--fingerprint", fingerprint])
    checked = subprocess.run(
        [program("robotclient"), "check", "--config", str(config)], capture_output=True, text=True, check=False
    )
    assert "good  server:" in checked.stdout


@pytest.fixture
async def behind(config: ServerConfig) -> AsyncIterator[tuple[int, int]]:
    """The port of a server, and of the proxy in front of it."""
    port = free_port()
    public = config.model_copy(update={"public_url": f"https://localhost:{port}"})
    async with serving(public, Clock()) as client:
        yield client.base_url.port or 0, port


@asynccontextmanager
async def proxy(command: list[str], port: int, log: Path) -> AsyncIterator[None]:
    with Process(command, log):
        await asyncio.to_thread(wait_for, lambda: _answers(port), SOON, f"the proxy answers; read {log}")
        yield


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"https://localhost:{port}/healthz", verify=False, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.system
async def test_behind_caddy(behind: tuple[int, int], tmp_path: Path) -> None:
    server, port = behind
    certificate = make_certificate(tmp_path, "localhost")
    text = (CONFIG / "Caddyfile").read_text().replace("visits.example.org {", f"localhost:{port} {{")
    text = text.replace(
        "# tls /etc/ssl/certs/visits.pem /etc/ssl/private/visits.key", f"tls {certificate} {certificate}"
    )
    text = text.replace("127.0.0.1:3030", f"127.0.0.1:{server}")
    file = tmp_path / "Caddyfile"
    file.write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    command = ["env", f"HOME={tmp_path}", "caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
    async with proxy(command, port, tmp_path / "caddy.log"):
        await says_hello(f"https://localhost:{port}", ssl.create_default_context(cafile=certificate))


@pytest.mark.system
async def test_behind_nginx(behind: tuple[int, int], tmp_path: Path) -> None:
    server, port = behind
    certificate = make_certificate(tmp_path, "localhost")
    text = (CONFIG / "nginx.conf").read_text().replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    text = text.replace("visits.example.org", "localhost").replace("127.0.0.1:3030", f"127.0.0.1:{server}")
    text = re.sub("/etc/ssl/[a-z]+/visits.(pem|key)", str(certificate), text)
    file = tmp_path / "nginx.conf"
    file.write_text(f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{\n{text}\n}}\n")
    async with proxy(["nginx", "-c", str(file), "-p", str(tmp_path)], port, tmp_path / "nginx.log"):
        await says_hello(f"https://localhost:{port}", ssl.create_default_context(cafile=certificate))
