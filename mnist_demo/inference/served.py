"""A SavedModel that TensorFlow Serving runs elsewhere, asked over its REST API.

The API is described at https://www.tensorflow.org/tfx/serving/api_rest. Nothing here imports TensorFlow.
"""

import argparse
import base64
import io
import os
import re
from typing import Any, Literal

import numpy as np
import orjson
import urllib3
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.inference.contract import IMAGE_SIDE, LABELS, SIGNS

MODEL_URL = "MNIST_DEMO_MODEL_URL"  # the environment variable with the address
BASE_URL = re.compile(r"https?://[^\s/?#]+(/[^\s?#]+)?/v1/models/[^\s/:?#]+(/(versions|labels)/[^\s/:?#]+)?")
CONNECT_SECONDS = 2.0  # until a try is given up
ANSWER_SECONDS = 10.0  # likewise, while nothing of an answer comes; the slowest pages take some 2 of a processor
STATE_SECONDS = 1.0  # likewise, for the state of the model, which whoever asks /readyz waits for
# A server whose queue is full answers 503. Asking twice does no harm, so whatever goes wrong is tried again, after
# 0.1, 0.2 and 0.4 seconds; but an answer that did not come in time once is waited for only once more.
RETRIES = urllib3.Retry(
    3,
    read=1,
    backoff_factor=0.1,
    status_forcelist=[503],
    allowed_methods=None,
    raise_on_status=False,
    respect_retry_after_header=False,
)
# Of each mark, as JSON has no shape for none.
READ_SHAPES = {"boxes": (4,), "signs": (len(SIGNS),), "images": (IMAGE_SIDE, IMAGE_SIDE), "probabilities": (LABELS,)}

AWAY = "Start it, or correct its address."
BUSY = "It has too much to do: try again later, or give it more processors."
OTHER_MODEL = "Have it serve this project's models/mnist, or correct its address."

State = Literal["ready", "loading", "away"]


def add_model_url(parser: argparse.ArgumentParser) -> None:
    """Add the option --model-url, the address of a served model; None where neither it nor MNIST_DEMO_MODEL_URL is."""
    parser.add_argument(
        "--model-url",
        type=_as_option,
        default=os.environ.get(MODEL_URL),
        metavar="URL",
        help=f"ask TensorFlow Serving, such as http://localhost:8501/v1/models/mnist (default: ${MODEL_URL})",
    )


def base_url(text: str) -> str:
    """Return the address of a model, as TensorFlow Serving's, without a slash at its end.

    Raises:
        ValueError: it has another form than http://HOST:PORT/v1/models/NAME, perhaps with /versions/N or /labels/NAME.
    """
    url = text.rstrip("/")
    if not BASE_URL.fullmatch(url):
        raise ValueError(f"expected a model's address such as http://localhost:8501/v1/models/mnist, got {text!r}")
    return url


def _as_option(text: str) -> str:
    try:
        return base_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None  # of a ValueError, argparse says less


class ServedModel:
    """The signatures of a model behind a TensorFlow Serving REST address; any number of threads may ask at once.

    It makes no request before it is asked for something, so it may be there before its server is.
    """

    def __init__(self, url: str) -> None:
        """Take note of the address. Raises ValueError, as `base_url` does."""
        self.url = base_url(url)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        self._http = urllib3.PoolManager(maxsize=16, timeout=timeout, retries=RETRIES)

    def run(self, signature: str, **inputs: NDArray[np.generic] | dict[str, str]) -> dict[str, NDArray[np.float32]]:
        """Return a signature's outputs, float32; an only one, which comes without its name, as output_0.

        Args:
            inputs: arrays, or files as objects that hold them in base64.

        Raises:
            ConnectionError: the server is away or busy, refuses the request, or answers with something else.
        """
        request = {"signature_name": signature, "inputs": inputs}
        answer = self._ask("POST", ":predict", orjson.dumps(request, option=orjson.OPT_SERIALIZE_NUMPY))
        try:
            outputs = answer["outputs"]
            named = outputs if isinstance(outputs, dict) else {"output_0": outputs}
            arrays = {name: np.array(value, np.float32) for name, value in named.items()}
        except (KeyError, TypeError, ValueError):
            raise self._other_answer() from None
        if not all(np.isfinite(array).all() for array in arrays.values()):  # null, of which NumPy makes NaN
            raise self._other_answer()
        return arrays

    def read(self, page: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what the signature `read_png` says of a page (h, w). Raises ConnectionError, as `run` does."""
        outputs = self.run("read_png", png=_as_png(page))
        try:
            n = len(outputs["boxes"])
            return {name: outputs[name].reshape(n, *shape) for name, shape in READ_SHAPES.items()}
        except (KeyError, TypeError, ValueError):
            raise self._other_answer() from None

    def heat(self, page: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the signature `heat_png` says of a page (h, w). Raises ConnectionError, as `run` does."""
        heat = self.run("heat_png", png=_as_png(page)).get("output_0")
        if heat is None or heat.ndim != 2:
            raise self._other_answer()
        return heat

    def state(self) -> State:
        """Return how the model is: ready if a version of it is available, else loading, or away."""
        try:
            status = self._ask("GET", "", timeout=STATE_SECONDS, retries=False)
            states = {version["state"] for version in status["model_version_status"]}
        except (ConnectionError, KeyError, TypeError):
            return "away"
        return "ready" if "AVAILABLE" in states else "loading" if states & {"START", "LOADING"} else "away"

    def _ask(self, method: str, verb: str, body: bytes | None = None, **options: Any) -> Any:
        """Return the JSON of a reply. Raises ConnectionError, as `run` does."""
        try:
            reply = self._http.request(method, self.url + verb, body=body, **options)
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            remedy = BUSY if isinstance(reason, urllib3.exceptions.ReadTimeoutError) else AWAY
            raise ConnectionError(f"the model server at {self.url} does not answer ({reason}). {remedy}") from None
        if reply.status != 200:
            remedy = BUSY if reply.status == 503 else OTHER_MODEL
            reason = _reason(reply)
            raise ConnectionError(f"the model server at {self.url} refuses with {reply.status}: {reason}. {remedy}")
        try:
            return orjson.loads(reply.data)
        except orjson.JSONDecodeError:  # NaN too, which a damaged model gives: it is no JSON
            raise self._other_answer() from None

    def _other_answer(self) -> ConnectionError:
        return ConnectionError(
            f"the server at {self.url} does not answer as TensorFlow Serving does for this model. {OTHER_MODEL}"
        )


def _reason(reply: urllib3.BaseHTTPResponse) -> str:
    """Return what Serving says of a refusal, or HTTP's words for it, as of a proxy before it."""
    try:
        return str(orjson.loads(reply.data)["error"]).rstrip(". \n")
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return reply.reason or "no reason given"


def _as_png(page: NDArray[np.uint8]) -> dict[str, str]:
    """Return a page as a PNG file, in the form that the API has for files."""
    file = io.BytesIO()
    Image.fromarray(page).save(file, "PNG", compress_level=1)
    return {"b64": base64.b64encode(file.getvalue()).decode("ascii")}
