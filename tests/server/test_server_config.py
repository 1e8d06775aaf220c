"""The configuration: the sample is the defaults, and every mistake is named with its line and the remedy."""

from pathlib import Path

import pytest
import yaml

from server import configfile
from server.config import ServerConfig

SAMPLE = Path(__file__).parents[2] / "config/server.yaml"


def test_the_sample_is_the_defaults() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert yaml.safe_load(text) == ServerConfig().model_dump(mode="json")
    assert configfile.load(SAMPLE) == ServerConfig() == configfile.build("", "empty")


def test_every_key_of_the_sample_is_explained() -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    sections = {name for name, value in ServerConfig().model_dump().items() if isinstance(value, dict)}
    for above, line in zip(["", *lines], lines, strict=False):
        key, colon, _ = line.partition(":")
        if colon and "#" not in key and key not in sections:
            assert above.lstrip().startswith("#"), f"{key.strip()} has no comment"


MISTAKES = [
    ("rooms:\n  erly_minutes: 5", "F, line 2: unknown key 'rooms.erly_minutes'. Did you mean 'early_minutes'?"),
    ("\nxyzzy: 1", "F, line 2: unknown key 'xyzzy'. Known here: public_url,"),
    ("ice:\n  servers:\n    - url: x", "F, line 3: unknown key 'ice.servers.0.url'. Did you mean 'urls'?"),
    ("ice:\n  servers:\n    - username: x", "F, line 3: ice.servers.0.urls: field required."),
    ("listen:\n  port: many", "F, line 2: listen.port: 'many': input should be a valid integer"),
    ("listen:\n  port: 70000", "F, line 2: listen.port: 70000: input should be less than or equal to 65535."),
    ("listen:\n  host: 0.0.0.0", "F, line 1: listen: host 0.0.0.0 can be reached by others, and without HTTPS"),
    ("listen:\n  tls: files", "F, line 1: listen: tls: files and certificate belong together"),
    ("listen: 3030", "F, line 1: listen: 3030: input should be a valid dictionary"),
    ("language: fr", "F, line 1: language: 'fr': input should be 'es' or 'en'."),
    ("timezone: Madrid", "F, line 1: timezone: 'Madrid': is not a time zone; write one like Europe/Madrid"),
    ("public_url: example.org", "F, line 1: public_url: 'example.org': must begin with https://"),
    ("public_url: https://", "F, line 1: public_url: 'https://': is neither a host's name nor an address"),
    ("public_url: https://españa.example", "F, line 1: public_url: 'https://españa.example': is neither a host's name"),
    (
        "listen:\n  names: [house, españa]",
        "F, line 2: listen.names.1: 'españa': is neither a host's name nor an address;",
    ),
    ("listen:\n  names: ['*.house']", "F, line 2: listen.names.0: '*.house': is neither a host's name nor an address;"),
    ("listen:\n  names: ['house:443']", "F, line 2: listen.names.0: 'house:443': is neither a host's name nor an"),
    ("listen:\n  names: [10.0.0.0/8]", "F, line 2: listen.names.0: '10.0.0.0/8': is neither a host's name nor an"),
    ("listen:\n  names: ['fe80::1%eth0']", "F, line 2: listen.names.0: 'fe80::1%eth0': is neither a host's name"),
    ("database:\n  url: server.db", "F, line 2: database.url: 'server.db': is not a database URL; write one like"),
    ("database:\n  url: mysql://x/y", "F, line 2: database.url: 'mysql://x/y': must begin with sqlite+aiosqlite://"),
    ("ice:\n  servers:\n    - urls: [x]", "F, line 3: ice.servers.0.urls.0: 'x': string should match pattern"),
    ('mail:\n  sender: "visits@x.org\\r\\nBcc: y@z"', "F, line 2: mail.sender: "),
    ("mail:\n  host: smtp.example.org", "F, line 1: mail: host needs a sender: the address from which"),
    ("mail:\n  username: house", "F, line 1: mail: username and password belong together"),
    (
        "mail:\n  username: house\n  password: hush\n  security: none",
        "F, line 1: mail: a password must not go over the network in the open",
    ),
    ("a: [", "F, line 1: this is not YAML: "),
    ("a: b: c", "F, line 1: this is not YAML: "),
    ("a: \x07", "F: this is not YAML: "),
    ("- a", "F, line 1: expected lines such as `language: es`."),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_each_mistake_has_its_message(text: str, message: str) -> None:
    with pytest.raises(configfile.ConfigError) as refused:
        configfile.build(text, "F")
    lines = str(refused.value).splitlines()
    assert any(line.startswith(message) for line in lines)
    assert all(line.startswith("F") for line in lines)


def test_names_and_addresses_that_certificates_take() -> None:
    config = configfile.build("listen:\n  names: [House, xn--espaa-rta.example, 192.0.2.7, '2001:DB8::7']", "F")
    assert config.listen.names == ("house", "xn--espaa-rta.example", "192.0.2.7", "2001:db8::7")


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(configfile.ConfigError) as refused:
        configfile.build("language: fr\nlisten:\n  port: x", "F")
    assert len(str(refused.value).splitlines()) == 2


def test_messages_and_show_config_keep_secrets() -> None:
    for text in ("secret: [hush]", "username: u\n      secret: hush", "secret: hush\n      oops: 1"):
        with pytest.raises(configfile.ConfigError) as refused:
            configfile.build(f"ice:\n  servers:\n    - urls: ['turn:a']\n      {text}", "F")
        assert "hush" not in str(refused.value)
    with pytest.raises(configfile.ConfigError) as refused:
        configfile.build("mail:\n  username: house\n  password: [hush]", "F")
    assert "hush" not in str(refused.value)
    config = configfile.build("ice:\n  servers:\n    - urls: ['turn:a']\n      secret: hush", "F")
    assert "hush" not in str(config.model_dump(mode="json"))


def test_which_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, named = tmp_path / "chosen.yaml", tmp_path / "named.yaml"
    chosen.write_text("language: en")
    named.write_text("language: en\nlog_level: debug")
    assert configfile.load().log_level == "info"
    monkeypatch.setenv("ROBOTSERVER_CONFIG", str(named))
    assert configfile.load().log_level == "debug"
    assert configfile.load(chosen).log_level == "info"


def test_the_environment_beats_the_file_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOTSERVER_LISTEN__PORT", "4000")
    config = configfile.build("listen:\n  host: 127.0.0.2\n  port: 1", "F")
    assert (config.listen.host, config.listen.port) == ("127.0.0.2", 4000)
    monkeypatch.setenv("ROBOTSERVER_LISTEN__PORT", "many")
    with pytest.raises(configfile.ConfigError, match=r"^environment: listen.port: 'many'"):
        configfile.build("listen:\n  host: 127.0.0.2", "F")
    monkeypatch.setenv("ROBOTSERVER_LISTEN", "{")
    with pytest.raises(configfile.ConfigError, match=r"^environment: "):
        configfile.build("", "F")


@pytest.mark.parametrize("content", [None, b"language: \xff"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "server.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(configfile.ConfigError) as refused:
        configfile.load(path)
    assert str(refused.value).startswith(str(path))
    assert ("--config" in str(refused.value)) == (content is None)
