"""What the page makes of others' texts and names, run by Node: no page is needed for it."""

import hashlib

import pytest

from tests.page.node import node

NAMES = {
    "foto.jpg": "foto.jpg",
    "../../etc/passwd": "passwd",
    "C:\\Users\\ana\\carta.txt": "carta.txt",
    "ñandú 🎉.txt": "ñandú 🎉.txt",
    "..": "file",
    "": "file",
    "a/": "file",
    ".bashrc": "bashrc",
    "con.txt": "_con.txt",
    "LPT1": "_LPT1",
    "what?.txt. ": "what.txt",
    "line\nbreak\x00.txt": "linebreak.txt",
    "in\u202egpj.exe": "ingpj.exe",
    "half \ud800 a letter": "half  a letter",
    f"{'x' * 300}.pdf": f"{'x' * 116}.pdf",
    "🎉" * 200: "🎉" * 120,
}


def test_names_of_files_are_made_harmless() -> None:
    assert node("file_name.js", "v[0].map(m.safeName)", list(NAMES)) == list(NAMES.values())


LINKS: dict[str, dict[str, str]] = {
    "nothing to see": {},
    "see https://example.org/a?b=c#d.": {"https://example.org/a?b=c#d": "https://example.org/a?b=c#d"},
    "(HTTP://Example.org/x)": {"HTTP://Example.org/x": "http://example.org/x"},
    "https://example.org/Mar_(agua)": {"https://example.org/Mar_(agua)": "https://example.org/Mar_(agua)"},
    "javascript:alert(1) data:text/html,x ftp://a.b": {},
    '<a href="https://example.org/">x</a>': {"https://example.org/": "https://example.org/"},
    "https://example.org/ñ": {"https://example.org/ñ": "https://example.org/%C3%B1"},
    "https://[broken": {},
}


def test_only_web_addresses_become_links() -> None:
    for (text, links), parts in zip(
        LINKS.items(), node("linkify.js", "v[0].map(m.linkified)", list(LINKS)), strict=True
    ):
        assert "".join(part["text"] for part in parts) == text
        assert {part["text"]: part["href"] for part in parts if part["href"]} == links


@pytest.mark.parametrize("size", [0, 1 << 20, (1 << 20) + 1])
def test_the_digest_is_that_of_the_blocks_digests(size: int) -> None:
    content = bytes(each % 251 for each in range(size))
    blocks = [hashlib.sha256(content[at : at + (1 << 20)]).digest() for at in range(0, size, 1 << 20)]
    script = """(async () => {
      const digest = new m.BlockDigest();
      const content = Uint8Array.from({ length: v[0] }, (_, at) => at % 251);
      for (let at = 0; at < v[0]; at += m.BLOCK) await digest.put(at / m.BLOCK, content.slice(at, at + m.BLOCK));
      return digest.whole();
    })()"""
    assert node("digest.js", script, size) == hashlib.sha256(b"".join(blocks)).hexdigest()
