"""What a test does with a page in a browser: watches it, measures it, lets axe look at it. And texts that mean harm."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # root, as in CI's containers, has no sandbox; the pages are our own
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
)

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


def chromium() -> str | None:
    """Where chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Watch:
    """What pages did that no page of ours may do; a line each."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.asked: list[str] = []
        """Every URL that was asked for, of this machine too."""

    def over(self, context: BrowserContext) -> None:
        """Watch all pages of a context from now on."""
        context.route("**/*", self._asked)
        context.on("page", self._page)

    def _asked(self, route: Any) -> None:
        url = route.request.url
        self.asked.append(url)
        if _here(url):
            route.continue_()
        else:
            self.seen.append(f"asked for {url[:200]}")
            route.abort()

    def _page(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(f"threw {error}"))
        page.on("console", lambda said: self.seen.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("websocket", lambda socket: self.seen.append(f"opened {socket.url}"))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"opened a dialog: {dialog.message}")
        dialog.dismiss()


def _here(url: str) -> bool:
    """Whether a URL leads nowhere but to this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or parts.hostname in LOOPBACK


# ---- accessibility -----------------------------------------------------------------------------


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page, impacts: Sequence[str] = ("serious", "critical"), within: str = "") -> list[str]:
    """What axe-core finds on the page as it is now: rule, how many places, the first of them."""
    page.evaluate(_axe())  # not a script element: a page's own policy would not let it in
    found = page.evaluate(
        "within => axe.run(within || document, {resultTypes: ['violations']}).then(found => found.violations)", within
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}; {len(one['nodes'])} places, {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in impacts
    ]


def overflow(page: Page) -> list[str]:
    """Elements that make the page itself scroll sideways; none where it fits."""
    found: list[str] = page.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            const wide = [...document.body.querySelectorAll('*')]
                .filter(one => one.getBoundingClientRect().right > root.clientWidth + 1)
                .map(one => one.outerHTML.slice(0, 120));
            return [`${root.scrollWidth} px in ${root.clientWidth}`, ...wide.slice(0, 8)];
        }"""
    )
    return found


def tabbed(page: Page, times: int) -> list[str]:
    """What has the focus after each Tab: its text or label."""
    seen = []
    for _ in range(times):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "() => { const at = document.activeElement; "
                "return (at.getAttribute('aria-label') || at.innerText || at.name || at.tagName).trim(); }"
            )
        )
    return seen


# ---- texts that mean harm ----------------------------------------------------------------------

HURT = "window.hurt"
"""Set by any text below that comes to be more than text. `page.evaluate(HURT)` must give None."""

HOSTILE = {
    "script": "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>"
    "<svg onload='window.hurt = 3'></svg>",
    "ending": "</script></style></textarea></title></template>--><script>window.hurt = 4</script>",
    "attribute": "\" onfocus='window.hurt=5' autofocus x=\"' onmouseover=window.hurt=6 x='",
    "link": "<a href='javascript:window.hurt=7'>x</a><iframe srcdoc='<script>parent.hurt=8</script>'></iframe>",
    "asks": "<img src='http://example.com/a.png'><link rel=stylesheet href='//example.com/a.css'>"
    "<meta http-equiv=refresh content='0;url=http://example.com'><style>*{background:url(//example.com/b)}</style>",
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}${7*7}",
    "rtl": "ends \u202egpj.exe\u202c \u2066isolated\u2069 \u200e\u200f\u061c turned",
    "control": "nul \0 bell \a escape \x1b[31mred\x1b[0m back \b delete \x7f next \x85 line \u2028 end",
    "invisible": "tag \U000e0041\U000e0042 zero\u200bwidth\u2060joiner\ufeff soft\xadhyphen",
    "combining": "z" + "\u0301" * 300,
    "long": "x" * 1_000_000,
    "lines": "line\n" * 20_000,
}
"""By name: prompts and replies that must show as text and do nothing."""
