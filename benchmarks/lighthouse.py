"""What Lighthouse says of the page, on desktop and mobile.

Run as `python benchmarks/lighthouse.py`; needs Node.js and Chromium, and fetches Lighthouse from the npm registry.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from serving import CHROMIUM, started, wait_until_served

LIGHTHOUSE = "lighthouse@12.8.2"
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
WINDOWS = {"desktop": ["--preset=desktop"], "mobile": []}


def main() -> None:
    """Run Lighthouse on the page in both windows."""
    with started("app.py", quiet=True) as (url, _):
        wait_until_served(url)
        for window, flags in WINDOWS.items():
            print(f"{window}: {scores(url, flags)}", flush=True)


def scores(url: str, flags: list[str]) -> str:
    """Return Lighthouse's scores of a page, and the audits of accessibility and best practices that it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={path}"]
        environment = {**os.environ, "CHROME_PATH": CHROMIUM}
        subprocess.run([*command, f"--chrome-flags={FLAGS}", *flags], check=True, env=environment)
        report = json.loads(path.read_text())
    categories = report["categories"]
    failed = [
        audit["id"]
        for name in ("accessibility", "best-practices")
        for audit in categories[name]["auditRefs"]
        if audit["weight"] and report["audits"][audit["id"]]["score"] == 0
    ]
    figures = ", ".join(f"{name} {100 * category['score']:.0f}" for name, category in categories.items())
    return figures + (f"; fails {', '.join(failed)}" if failed else "")


if __name__ == "__main__":
    main()
