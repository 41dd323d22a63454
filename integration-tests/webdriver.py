"""A real Chromium, asked by the WebDriver protocol (W3C), which is JSON over HTTP."""

from __future__ import annotations

import base64
import re
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 60.0
ATTEMPTS: Final = 3  # on a machine that is out of breath, a browser may crash as it starts
ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives it
OPTIONS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--no-proxy-server",
]

#: Roles of WAI-ARIA that need a name.
NAMED: Final = {"button", "checkbox", "link", "navigation", "region", "slider", "textbox"}

#: Wait for a condition: it is looked at again whenever the page changes, not after some time.
UNTIL: Final = """
const [condition, done] = arguments;
const holds = new Function(`return (${condition})`);
const observer = new MutationObserver(look);
function look() {
  const found = holds();
  if (!found) return;
  observer.disconnect();
  done(found);
}
const all = {subtree: true, childList: true, attributes: true, characterData: true};
observer.observe(document, all);
document.addEventListener("readystatechange", look);
look();
"""


class Browser:
    """One window of a browser.

    Args:
        base: The url of its session at the driver.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy stands between here and here

    def ask(self, method: str, path: str, **fields: Any) -> Any:
        """Return the value of the driver's answer.

        Raises:
            AssertionError: It is an error; its text is the driver's.
        """
        body = fields if method == "POST" else None
        answer = self.http.request(method, self.base + path, json=body, timeout=2 * PATIENCE)
        value = answer.json()["value"]
        assert answer.ok, value
        return value

    def open(self, url: str) -> None:
        """Load a page."""
        self.ask("POST", "/url", url=url)

    def reload(self) -> None:
        """Load the page again."""
        self.ask("POST", "/refresh")

    def emulate(self, width: int, scheme: str) -> None:
        """Show pages as on a device of another width, to somebody who likes dark ones or not.

        Args:
            width: The width in CSS pixels; a narrow one is that of a phone.
            scheme: ``light`` or ``dark``.
        """
        phone = width < 600
        size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": phone}
        self._command("Emulation.setDeviceMetricsOverride", size)
        likes = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self._command("Emulation.setEmulatedMedia", likes)

    def screenshot(self) -> bytes:
        """Return the whole page as a PNG picture, also what is below the edge of the window."""
        found = self._command("Page.captureScreenshot", {"captureBeyondViewport": True})
        return base64.b64decode(found["data"])

    def unnamed(self) -> list[str]:
        """Return the roles of what can be used or scrolled to, and has no name to be read aloud."""
        nodes = self._command("Accessibility.getFullAXTree", {})["nodes"]
        return [
            node["role"]["value"]
            for node in nodes
            if not node.get("ignored")
            and node["role"]["value"] in NAMED
            and not node.get("name", {}).get("value")
        ]

    def _command(self, name: str, options: dict[str, Any]) -> Any:
        return self.ask("POST", "/goog/cdp/execute", cmd=name, params=options)

    def click(self, selector: str) -> None:
        """Click on what a CSS selector finds, as a person does: it must be visible."""
        self.ask("POST", f"/element/{self.find(selector)}/click")

    def write(self, selector: str, text: str) -> None:
        """Replace what stands in a field."""
        element = self.find(selector)
        self.ask("POST", f"/element/{element}/clear")
        self.ask("POST", f"/element/{element}/value", text=text)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        return self.ask("POST", "/execute/sync", script=f"return {expression}", args=[])

    def until(self, condition: str) -> Any:
        """Wait until a JavaScript expression is true, and return its value."""
        return self.ask("POST", "/execute/async", script=UNTIL, args=[condition])

    def arrive(self, path: str, also: str = "true") -> None:
        """Wait until a page of this path is there, for which a JavaScript expression is true, too.

        It may be the page that another one of the same path goes for.
        """
        there = f"location.pathname === {path!r} && document.readyState === 'complete'"
        condition = f"{there} && ({also})"
        deadline = time.monotonic() + PATIENCE
        # Asked again and again: a script that waits in the old page may sleep there for ever.
        while not self._holds(condition):
            assert time.monotonic() < deadline, f"{condition} does not hold"

    def _holds(self, condition: str) -> bool:
        try:
            return bool(self.evaluate(condition))
        except AssertionError:  # the old page went while it was asked
            return False

    def find(self, selector: str) -> str:
        """Return the name of what a CSS selector finds, once it is there."""
        found = self.ask("POST", "/element", using="css selector", value=selector)
        return str(found[ELEMENT])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser, and end it."""
    driver, browser = _started(ATTEMPTS)
    with driver, browser.http:
        try:
            yield browser
        finally:
            try:
                browser.ask("DELETE", "")
            finally:
                driver.terminate()


def _started(attempts: int) -> tuple[subprocess.Popen[str], Browser]:
    """Return a driver and its browser; where that does not start, try again, so often in all.

    Raises:
        AssertionError: It never did; the text is the driver's.
    """
    driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    assert driver.stdout is not None
    found = (re.search(r"successfully on port (\d+)", line) for line in driver.stdout)
    port = next((match[1] for match in found if match), None)
    try:
        assert port, "chromedriver has no port"
        return driver, _session(f"http://127.0.0.1:{port}/session")
    except (AssertionError, requests.RequestException):
        driver.terminate()
        driver.communicate()
        if attempts == 1:
            raise
        return _started(attempts - 1)


def _session(url: str) -> Browser:
    options = {"goog:chromeOptions": {"args": OPTIONS}}
    timeouts = {"script": int(PATIENCE * 1000), "implicit": int(PATIENCE * 1000)}
    wanted = {"alwaysMatch": {**options, "timeouts": timeouts}}
    browser = Browser(url)
    made = browser.ask("POST", "", capabilities=wanted)
    browser.base += f"/{made['sessionId']}"
    return browser
