"""What the page weighs and when its pad is ready, in Chromium with an empty cache, beside an empty Gradio page.

Run as `python benchmarks/page_load.py`. Printed: kilobytes over the wire, those of our own parts, compressed as they
are sent, and the milliseconds from navigation until the pad takes a stroke, median of several visits.
"""

import argparse
import gzip
import json
import re
import statistics
import urllib.request

import gradio as gr
from playwright.sync_api import Browser, sync_playwright
from serving import CHROMIUM, FLAGS, started, wait_until_served

READY = """() => new Promise((resolve) => {
  const look = () => document.querySelector("#sketchpad canvas")?.checkVisibility({ visibilityProperty: true })
    ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
})"""
CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)


def main() -> None:
    """Visit both pages, or serve the empty one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=9, help="how often the page is opened (9)")
    parser.add_argument("--port", type=int, help="only serve an empty Gradio page, on this port")
    arguments = parser.parse_args()
    if arguments.port:
        serve_empty_page(arguments.port)
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with started("app.py", quiet=True) as (url, _):
            wait_until_served(f"{url}/readyz")
            visits = sorted(ready(browser, url) for _ in range(arguments.visits))
            print(f"pad ready after {statistics.median(visits):.0f} ms, at most {visits[-1]:.0f} ms")
            print(f"the page weighs {weight(browser, url):.0f} kB, of it our own {own_weight(url):.1f} kB")
        with started(__file__, quiet=True) as (url, _):
            wait_until_served(url)
            print(f"an empty Gradio page weighs {weight(browser, url):.0f} kB")


def ready(browser: Browser, url: str) -> float:
    """Return the milliseconds from navigation until the pad can be drawn on, in a new window."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url, wait_until="commit")
    milliseconds = page.evaluate(READY)
    page.close()
    return float(milliseconds)


def weight(browser: Browser, url: str) -> float:
    """Return the kilobytes that a first visit brings over the wire."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="networkidle")
    page.close()
    return sum(sizes) / 1000


def own_weight(url: str) -> float:
    """Return the kilobytes of the page's head, words, markup, scripts, pictures and icon, compressed."""
    with urllib.request.urlopen(url) as answer:
        html = answer.read().decode()
    config = CONFIG.search(html)
    assert config
    settings = json.loads(config[1])
    components = [each["props"] for each in settings["components"] if each["type"] == "html"]
    own = [html[: html.index("<base")], html[html.rindex("<style>") : html.index("</head>")]]
    own += [json.dumps(settings["i18n_translations"]), json.dumps(components)]
    with urllib.request.urlopen(f"{url}/favicon.ico") as icon:
        return (len(gzip.compress("".join(own).encode())) + len(icon.read())) / 1000


def serve_empty_page(port: int) -> None:
    """Serve what Gradio makes of nothing."""
    with gr.Blocks(analytics_enabled=False) as page:
        pass
    page.launch(server_port=port, quiet=True)


if __name__ == "__main__":
    main()
