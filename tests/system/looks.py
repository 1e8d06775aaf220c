"""How a page is looked at: sizes, colours and languages, axe-core, and a picture that is kept in out/pages."""

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from _pytest.mark import ParameterSet
from playwright.async_api import Browser, BrowserContext, Page

from server.models import Language
from tests.system.guests import DEADLINE

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "server/node_modules/axe-core/axe.min.js").read_text()
PICTURES = ROOT / "out/pages"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
RUN = """async () => {
  const { violations } = await axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}"""


class Device(StrEnum):
    """What one has in hand."""

    PHONE = "phone"
    DESKTOP = "desktop"


SIZES = {Device.PHONE: (360, 740), Device.DESKTOP: (1280, 800)}
LOCALES = {Language.SPANISH: "es-ES", Language.ENGLISH: "en-GB"}


@dataclass(frozen=True)
class Look:
    """One way of looking at pages."""

    device: Device
    scheme: Scheme
    language: Language

    def __str__(self) -> str:
        return f"{self.device}-{self.scheme}-{self.language}"

    async def window(self, browser: Browser, url: str) -> BrowserContext:
        """A fresh window of somebody who looks so."""
        width, height = SIZES[self.device]
        context = await browser.new_context(
            base_url=url,
            locale=LOCALES[self.language],
            viewport={"width": width, "height": height},
            color_scheme=self.scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(1000 * DEADLINE)
        return context

    async def see(self, page: Page, name: str) -> list[str]:
        """What axe-core finds on this page; its picture is kept."""
        name = f"{self}-{re.sub(r'[^a-z]+', '-', name).strip('-') or 'home'}"
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        await page.evaluate(AXE)
        found: list[str] = await page.evaluate(RUN)
        return [f"{name}: {violation}" for violation in found]


ALL = [Look(*each) for each in product(Device, SCHEMES, Language)]
LOOKS: list[Look | ParameterSet] = [ALL[0], pytest.param(ALL[-1], marks=pytest.mark.long)]
"""One, and with `scripts/test --long` its opposite in size, colour and language; all eight for `scripts/pictures`."""
if os.environ.get("ALL_LOOKS"):
    LOOKS = [*ALL]
