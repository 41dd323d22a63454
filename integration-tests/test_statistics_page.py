"""The page of statistics in a browser, with a site under load: it shows what the load counted."""

from __future__ import annotations

import http.client
import logging
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pytest
from webdriver import Browser, chromium

import cherrypy
from cherrypy.assembly import Assembly, statistics
from cherrypy.lib import cpstats
from cherrypy_diagnostics import RequestRecorder, default_gauges, repository

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.requires("chromium")

HOSTILE = (
    "<script>document.title='hostile'</script><img src=x onerror=\"document.title='hostile'\">"
)
CLIENTS = 3
REQUESTS = 40


class Root:
    """A small site with the page of its statistics."""

    def __init__(self) -> None:
        self.stats = cpstats.StatsPage()

    @cherrypy.expose
    def index(self, **_params: str) -> str:
        return "Hello, world!"

    @cherrypy.expose
    def fails(self) -> str:
        raise cherrypy.HTTPError(500)


class Load:
    """Clients that ask one after the other, and count what they get."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self) -> None:
        clients = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

    def _ask(self) -> None:
        paths = ["/"] * (REQUESTS - 2) + ["/fails", f"/?{quote(HOSTILE)}"]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for path in paths:
            connection.request("GET", path, headers={"User-Agent": HOSTILE})
            response = connection.getresponse()
            size = len(response.read())
            with self._lock:
                self.counts["all"] += 1
                self.counts["failed"] += response.status == 500
                self.counts["bytes"] += size
        connection.close()


class Running(NamedTuple):
    """The browser, the page's site, and the load that it had."""

    browser: Browser
    port: int
    load: Load

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stats/"

    def see(self, width: int, scheme: str) -> None:
        """Show the page in a window of that width, to one who likes it light or dark."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.send("Emulation.setDeviceMetricsOverride", size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.send("Emulation.setEmulatedMedia", {"features": [feature]})
        self.browser.open(self.url)
        self.browser.until("document.body.dataset.loaded && document.querySelector('#plots svg')")

    def send(self, command: str, parameters: dict[str, Any]) -> None:
        """Give the browser a command that only its developers' tools have."""
        self.browser.ask("POST", "/goog/cdp/execute", cmd=command, params=parameters)


@contextmanager
def served() -> Iterator[int]:
    site = Assembly("statistics")
    site.log.screen = False
    settings = {"server.socket_host": "127.0.0.1", "server.socket_port": 0}
    site.config.update({**settings, "server.statistics": True})
    site.engine.autoreload.unsubscribe()
    entries = {"/": {"tools.cpstats.on": True}, "/stats": {"tools.cpstats.on": False}}
    site.tree.mount(Root(), config=entries)
    site.engine.start()
    try:
        assert isinstance(site.server.bound_addr, tuple)
        yield site.server.bound_addr[1]
    finally:
        site.engine.exit()


@contextmanager
def fresh_recorder() -> Iterator[None]:
    """Record as if it were for the first time: what other tests did would leave the plots."""
    repository()  # cheroot makes it when it is loaded, and needs it for as long as it is
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging, "statistics", {})
        fresh = RequestRecorder(gauges=default_gauges())
        for module in (statistics, cpstats):
            patch.setattr(module, "recorder", lambda: fresh)
        yield


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with fresh_recorder(), served() as port, chromium() as browser:
        load = Load(port)
        load.run()
        yield Running(browser, port, load)


def cell(name: str) -> str:
    """Return an expression for what the table of requests says."""
    text = f"document.getElementById('{quote(f'CherryPy Applications/{name}')}').textContent"
    return f"{text}.replaceAll(',', '')"


def total(plot: str, line: str) -> str:
    """Return an expression for the sum of a line's values, as the script has them."""
    lines = f"known.plots.find((plot) => plot.title === '{plot}')?.lines"
    values = f"{lines}?.find((line) => line.name === '{line}').values"
    return f"{values}?.reduce((sum, value) => sum + (value ?? 0), 0)"


def test_figures_and_plots_are_what_the_load_counted(running: Running) -> None:
    load = running.load
    running.see(1280, "light")
    assert load.counts["all"] == CLIENTS * REQUESTS
    # The last request is over a little after its client has the response.
    running.browser.until(f"{cell('Total Bytes Written')} === '{load.counts['bytes']}'")
    assert running.browser.evaluate(cell("Total Requests")) == str(load.counts["all"])
    running.browser.until(f"{total('Requests', 'all')} === {load.counts['all']}")
    failed = running.browser.evaluate(total("Requests", "failed"))
    assert failed == load.counts["failed"] == CLIENTS
    sent = running.browser.evaluate(total("Traffic", "sent"))
    assert sent * 1024 == pytest.approx(load.counts["bytes"], rel=0.01)
    for title in ("Latency", "Threads", "Connections", "Memory"):
        running.browser.until(f"known.plots.some((plot) => plot.title === '{title}')")


def test_server_tells_its_own_figures(running: Running) -> None:
    running.see(1280, "light")
    names = ("Accepts", "Connections", "Queue", "Threads", "Threads Idle", "Requests", "Work Time")
    server = (
        "[...document.querySelectorAll('.namespace')].find("
        "(one) => one.textContent.includes('Cheroot HTTPServer'))"
    )
    for name in names:
        is_it = f"(th) => th.firstChild.data.trim() === '{name}'"
        find = f"[...{server}.querySelectorAll('th')].find({is_it})"
        assert (
            float(running.browser.evaluate(f"{find}.nextSibling.textContent").replace(",", "")) >= 0
        )


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_and_is_readable(running: Running, width: int, scheme: str) -> None:
    running.see(width, scheme)
    page = running.browser.evaluate("document.documentElement.scrollWidth")
    assert page <= running.browser.evaluate("document.documentElement.clientWidth")
    assert running.browser.unnamed() == []
    contrasts = running.browser.evaluate(f"({CONTRASTS})()")
    assert min(contrasts.values()) >= 4.5, contrasts
    assert (contrasts["luminance"] > 1000) is (scheme == "light")


CONTRASTS = """() => {
  const parts = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (color) => {
    const [r, g, b] = parts(color).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) =>
    (Math.max(light(one), light(other)) + 0.05) / (Math.min(light(one), light(other)) + 0.05);
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const card = style(".plot").backgroundColor;
  const of = (selector, property = "color") => ratio(style(selector)[property], card);
  const current = style("nav a[aria-current]");
  return {
    heading: of("h2"), unit: of(".unit"), name: of(".plot dt"), value: of(".plot dd"),
    axis: of("svg text", "fill"), first: of(".line-1", "stroke"), second: of(".line-2", "stroke"),
    th: of("th"), td: of("td"), button: of("#live"),
    current: ratio(current.color, current.backgroundColor),
    luminance: 5 + 5000 * light(style("body").backgroundColor),
  };
}"""


def test_keys_look_back_in_time(running: Running) -> None:
    running.see(1280, "light")
    slider = "document.querySelector('.canvas')"
    latest = int(running.browser.evaluate(f"{slider}.getAttribute('aria-valuenow')"))
    press = f"(key) => {slider}.dispatchEvent(new KeyboardEvent('keydown', {{key}}))"
    running.browser.evaluate(f"['ArrowLeft', 'ArrowLeft', 'ArrowRight'].map({press})")
    now = int(running.browser.evaluate(f"{slider}.getAttribute('aria-valuenow')"))
    assert now == latest - 1
    assert "all " in running.browser.evaluate(f"{slider}.getAttribute('aria-valuetext')")
    cursors = "document.querySelectorAll('.cursor').length"
    assert running.browser.evaluate(f"{cursors} === known.plots.length && {cursors} >= 2")
    running.browser.evaluate(f"['Escape'].map({press})")
    assert running.browser.evaluate(cursors) == 0


def test_what_clients_send_stays_text(running: Running) -> None:
    running.see(1280, "light")
    running.browser.until("document.querySelector('#figures').textContent.includes('%3Cscript')")
    assert running.browser.evaluate("document.title") == "Statistics"
    assert running.browser.evaluate("document.querySelectorAll('img').length") == 0
    assert running.browser.evaluate("document.querySelectorAll('script').length") == 1


def test_button_pauses_and_resumes(running: Running) -> None:
    running.see(390, "light")
    selector = "#figures form[action='{}'] input[value='CherryPy Applications'] + button"
    running.browser.click(selector.format("pause"))
    running.browser.click(selector.format("resume"))  # once it is there
    running.browser.find(selector.format("pause"))
    assert cpstats.appstats["Enabled"] is True


STATE = "document.getElementById('state').textContent"


def test_page_says_that_the_collection_is_paused(running: Running) -> None:
    running.see(390, "light")
    cpstats.appstats["Enabled"] = False
    try:
        running.browser.until(f"{STATE}.includes('paused')")
    finally:
        cpstats.appstats["Enabled"] = True
    running.browser.until(f"{STATE} === ''")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_says_that_the_server_is_gone_and_goes_on_with_it(
    running: Running, scheme: str
) -> None:
    running.see(390, scheme)
    running.browser.evaluate("scrollTo(0, document.body.scrollHeight)")
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    running.send("Network.enable", {})
    running.send("Network.emulateNetworkConditions", {"offline": True, **network})
    try:
        said = running.browser.until(f"{STATE}.includes('cannot be reached') && {STATE}")
        place = "document.getElementById('state').getBoundingClientRect().top"
        assert 0 <= running.browser.evaluate(place) < 100
        alarm = running.browser.evaluate("getComputedStyle(document.getElementById('state')).color")
    finally:
        running.send("Network.emulateNetworkConditions", {"offline": False, **network})
    assert said.startswith("What you see is of ")
    assert "Trying again every 5 seconds." in said
    assert alarm == {"light": "rgb(192, 31, 46)", "dark": "rgb(255, 123, 131)"}[scheme]
    running.browser.until(f"{STATE} === '' && !document.body.hasAttribute('data-stale')")


@pytest.mark.parametrize(
    ("fetch", "reason"),
    [
        ("Promise.resolve(new Response('', {status: 503}))", "the server says 503"),
        ("Promise.resolve(new Response('<h1>Log in</h1>'))", "something else answers"),
        ("Promise.reject(new DOMException('', 'TimeoutError'))", "no answer for 10 seconds"),
    ],
)
def test_page_says_why_it_has_no_figures(running: Running, fetch: str, reason: str) -> None:
    running.see(1280, "light")
    running.browser.evaluate(
        f"[window.fetched = fetch, window.fetch = () => {fetch}, load()].length"
    )
    running.browser.until(f"{STATE}.includes('{reason}')")
    running.browser.evaluate("[known = null, tell()].length")  # as if it were the first time
    assert running.browser.evaluate(STATE).startswith("What you see came with the page: ")
    running.browser.evaluate("[window.fetch = window.fetched, load()].length")
    running.browser.until(f"{STATE} === ''")


def test_page_goes_on_at_once_when_it_is_seen_again(running: Running) -> None:
    running.see(1280, "light")
    # From now on, no time passes: what happens does so because of the events.
    running.browser.evaluate(
        "[clearTimeout(timer), window.setTimeout = (call, wait) => (window.wait = wait, 0)].length"
    )
    loads = running.browser.until("!isLoading && document.body.dataset.loaded")

    def show(hidden: str) -> None:
        change = (
            f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}})"
        )
        event = "document.dispatchEvent(new Event('visibilitychange'))"
        running.browser.evaluate(f"[{change}, {event}].length")

    show("true")
    assert running.browser.evaluate("isLoading") is False
    show("false")
    running.browser.until(f"document.body.dataset.loaded === '{int(loads) + 1}'")
    running.browser.until("window.wait === 2000")
    # Where there is no answer, it asks again a little later, and when there is a network again.
    failing = "Promise.reject(new TypeError())"
    running.browser.evaluate(f"[window.fetched = fetch, window.fetch = () => {failing}].length")
    show("false")
    running.browser.until("document.body.hasAttribute('data-stale')")
    running.browser.until("window.wait === 5000")
    running.browser.evaluate("window.fetch = window.fetched, dispatchEvent(new Event('online'))")
    running.browser.until(f"document.body.dataset.loaded === '{int(loads) + 2}'")


def test_button_stops_the_page_and_says_so(running: Running) -> None:
    running.see(1280, "light")
    running.browser.click("#live")
    assert running.browser.until(f"{STATE}").endswith(": the page is not live.")
    running.browser.click("#live")
    running.browser.until(f"{STATE} === ''")


def test_server_that_begins_anew_has_nothing_to_show(running: Running) -> None:
    running.see(1280, "light")
    running.browser.evaluate(
        "[window.fetched = fetch, window.fetch = (where) => where.startsWith('plots')"
        " ? Promise.resolve(Response.json({...known, plots: []})) : fetched(where), load()].length"
    )
    running.browser.until("document.querySelector('#plots > p')")
    assert running.browser.evaluate("document.querySelectorAll('.plot').length") == 0
    running.browser.evaluate("[window.fetch = window.fetched, load()].length")
    running.browser.until("document.querySelector('.plot svg')")


def test_page_works_without_its_script(running: Running) -> None:
    running.see(1280, "light")
    running.send("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        running.browser.open(running.url)
        running.browser.click("summary")
        source = running.browser.ask("GET", "/source")
    finally:
        running.send("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "<svg" not in source
    assert "<dt>p95</dt>" in source
    assert '<details id="table" open="">' in source
    assert "<h3>Worker Threads</h3>" in source
