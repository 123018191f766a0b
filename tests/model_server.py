"""A small stand-in for TensorFlow Serving's REST API, as https://www.tensorflow.org/tfx/serving/api_rest describes it.

    python tests/model_server.py --port 8501 [--folder models/mnist/1] [--name mnist]

It runs the real SavedModel. Of the API it has the model's status and predict requests, in row and in columnar format,
which are what the client uses; its replies are checked against those that the documentation prints.
"""

import argparse
import base64
import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf

MODEL_DIR = Path(__file__).parents[1] / "models" / "mnist" / "1"


class ModelServer(ThreadingHTTPServer):
    """Serves one version of a model.

    Attributes:
        busy: how many of the next predict requests are turned away with 503, as with a full queue.
        available: whether the model's status is AVAILABLE rather than LOADING.
        requests: the bodies of the predict requests that came, oldest first.
    """

    daemon_threads = True

    def __init__(self, folder: Path = MODEL_DIR, name: str = "mnist", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.loaded = tf.saved_model.load(str(folder))
        self.version, self.name = folder.name, name
        self.busy, self.available = 0, True
        self.requests: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/models/{self.name}"

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer {"signature_name": ..., "instances": [...]} by predictions, or {..., "inputs": ...} by outputs."""
        signature = self.loaded.signatures[request.get("signature_name", "serving_default")]
        specifications = signature.structured_input_signature[1]
        columns = request["inputs"] if "inputs" in request else self.columns(request["instances"], specifications)
        inputs = {name: tf.constant(decode(columns[name]), each.dtype) for name, each in specifications.items()}
        outputs = {name: value.numpy().tolist() for name, value in signature(**inputs).items()}
        if "inputs" in request:
            return {"outputs": outputs if len(outputs) > 1 else next(iter(outputs.values()))}
        if len(outputs) == 1:
            return {"predictions": next(iter(outputs.values()))}
        return {"predictions": [dict(zip(outputs, row, strict=True)) for row in zip(*outputs.values(), strict=True)]}

    @staticmethod
    def columns(rows: list[Any], names: Iterable[str]) -> dict[str, list[Any]]:
        """Return rows by the inputs' names; those of an only input may come without its name."""
        if not isinstance(rows[0], dict):
            (only,) = names
            return {only: rows}
        return {name: [row[name] for row in rows] for name in names}


def decode(value: Any) -> Any:
    """Return an input, bytes if it is an object that holds them in base64."""
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value


class Handler(BaseHTTPRequestHandler):
    """Answers one client; keeps its connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ModelServer

    def do_GET(self) -> None:
        """The model's status."""
        if self.path != f"/v1/models/{self.server.name}":
            return self.reply(404, {"error": f"Could not find any versions of model {self.path.split('/')[-1]}"})
        state = "AVAILABLE" if self.server.available else "LOADING"
        status = {"error_code": "OK", "error_message": ""}
        version = {"version": self.server.version, "state": state, "status": status}
        return self.reply(200, {"model_version_status": [version]})

    def do_POST(self) -> None:
        """A prediction."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.removeprefix("/v1/models/").removesuffix(":predict")
        if name != self.server.name:
            return self.reply(404, {"error": f"Servable not found for request: Latest({name})"})
        self.server.requests.append(body)
        if self.server.busy:
            self.server.busy -= 1
            return self.reply(503, {"error": "The batch scheduling queue to which this task was submitted is full"})
        try:
            return self.reply(200, self.server.predict(json.loads(body)))
        except (KeyError, TypeError, ValueError) as error:
            return self.reply(400, {"error": f"JSON Parse error: {error}"})

    def reply(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content, indent=1).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serve_model(folder: Path = MODEL_DIR, name: str = "mnist") -> Iterator[ModelServer]:
    """Serve a SavedModel on a free port for a while."""
    with ModelServer(folder, name) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, default=MODEL_DIR)
    parser.add_argument("--name", default="mnist")
    arguments = parser.parse_args()
    with ModelServer(arguments.folder, arguments.name, arguments.port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
