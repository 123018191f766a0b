"""On a ZeroGPU Space, as far as it can be had here: the real `spaces` package, with a stand-in for the device API."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from app_server import start_app, wait_until_ready


class Devices(BaseHTTPRequestHandler):
    """The part of the device API that an app with a function for its GPU calls before it starts."""

    reports: list[str]

    def do_POST(self) -> None:
        self.reports.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is reported to the device API, while the variables are a ZeroGPU Space's."""
    Devices.reports = []
    with HTTPServer(("127.0.0.1", 0), Devices) as api:
        threading.Thread(target=api.serve_forever).start()
        monkeypatch.setenv("SPACES_ZERO_GPU", "true")
        monkeypatch.setenv("SPACES_ZERO_DEVICE_API_URL", f"http://127.0.0.1:{api.server_port}")
        yield Devices.reports
        api.shutdown()


def test_the_app_reports_a_function_for_the_gpu_and_reads(reports: list[str], tmp_path: Path) -> None:
    with start_app(tmp_path / "log") as app:
        assert reports == ["/startup-report"]
        wait_until_ready(app)
