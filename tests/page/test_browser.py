"""Which help a browser needs on the way into a call."""

import pytest

from tests.page.node import node

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8{}) AppleWebKit/537.36 (KHTML, like Gecko) {}Chrome/126.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.4 Safari/605.1"
BROWSERS = {
    ANDROID.format("", ""): ("chrome_android", False),
    ANDROID.format("; wv", "Version/4.0 "): ("chrome_android", True),
    f"{ANDROID.format('', '')} GSA/15.0": ("chrome_android", True),
    IPHONE.format("Version/17.4 Mobile/15E148 Safari/604.1"): ("safari_ios", False),
    IPHONE.format("Mobile/15E148"): ("safari_ios", True),
    IPHONE.format("Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]"): ("safari_ios", True),
    DESKTOP: ("chrome", False),
    f"{DESKTOP} Edg/126.0": ("edge", False),
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": ("firefox", False),
    MAC: ("safari", False),
    "curl/8": ("other", False),
}


@pytest.mark.slow
def test_each_browser_gets_its_own_help_and_apps_are_known() -> None:
    found = node("browser.js", "v[0].map((agent) => [m.browserOf(agent), m.isInsideApp(agent)])", list(BROWSERS))
    assert dict(zip(BROWSERS, map(tuple, found), strict=True)) == BROWSERS
