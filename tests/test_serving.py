"""A model that is served elsewhere: what goes over the wire, and what happens when the server is away."""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
import pytest
import tensorflow as tf
from conftest import Write, write_digits
from model_server import ModelServer, serve_model
from pictures import encode

from mnist_demo import Classifier, load_image, recognize
from mnist_demo.__main__ import main
from mnist_demo.inference import LABELS
from mnist_demo.inference.integrity import golden_digits
from mnist_demo.inference.served import ServedModel, base_url
from mnist_demo.page.reader import Reader


@pytest.fixture(scope="module")
def served() -> Iterator[ModelServer]:
    """The project's own model, served."""
    with serve_model() as server:
        yield server


@pytest.fixture
def remote(served: ModelServer) -> Classifier:
    return Classifier(served.url)


@pytest.fixture(scope="module")
def half_plus_three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """The model of the documentation's examples: x / 2 + 3."""
    folder = tmp_path_factory.mktemp("half_plus_three") / "123"
    module = tf.Module()
    module.serve = tf.function(
        lambda x: {"y": x / 2 + 3}, input_signature=[tf.TensorSpec([None], tf.float32, name="x")]
    )
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    with serve_model(folder, "half_plus_three") as server:
        yield server


@pytest.fixture
def nowhere() -> str:
    """The address of a model at a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1/models/mnist"


@contextmanager
def answering(reply: bytes) -> Iterator[str]:
    """Answer each request with the same bytes and close its connection; yield a model's address there."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(reply)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/models/mnist"
        server.shutdown()
        thread.join()


CLOSES = "Connection: close\r\n"  # without it, whether a closed connection is tried again is a matter of moments


def reply_of(status: str, body: str, headers: str = CLOSES) -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


PROBABILITIES = json.dumps({"outputs": [[0.1] * LABELS] * 3})
FAULTY = {
    "a proxy's page": (reply_of("502 Bad Gateway", "<html>"), r"refuses with 502: Bad Gateway\. Have it serve"),
    "a busy proxy's": (reply_of("503 Service Unavailable", "<html>"), r"with 503: Service Unavailable\. .* try again"),
    "an unnamed error": (reply_of("500", "{}"), r"refuses with 500: no reason given\. Have it serve"),
    "another page": (reply_of("200 OK", "<html>"), r"does not answer as TensorFlow Serving does .* Have it serve"),
    "a number": (reply_of("200 OK", "5"), "does not answer as TensorFlow Serving does"),
    "null": (reply_of("200 OK", PROBABILITIES.replace("0.1", "null")), "does not answer as TensorFlow Serving does"),
    "half an answer": (reply_of("200 OK", PROBABILITIES)[:-9], r"does not answer \(.*9 more expected.*\)\. Start it"),
    "no answer": (b"", r"does not answer \(.*closed connection without response.*\)\. Start it"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.9\r\n", r"does not answer \(.*BadStatusLine.*\)\. Start it"),
    "a way in circles": (
        reply_of("307 Temporary Redirect", "", f"{CLOSES}Location: /v1/models/mnist:predict\r\n"),
        r"does not answer \(too many redirects\)\. Start it, or correct its address",
    ),
}


class TestDocumentedExamples:
    """Those of https://www.tensorflow.org/tfx/serving/api_rest, word for word."""

    def test_the_stand_in_gives_the_documented_status(self, half_plus_three: ModelServer) -> None:
        documented = """{
 "model_version_status": [
  {
   "version": "123",
   "state": "AVAILABLE",
   "status": {
    "error_code": "OK",
    "error_message": ""
   }
  }
 ]
}"""
        assert httpx.get(half_plus_three.url).text == documented

    def test_the_stand_in_gives_the_documented_prediction(self, half_plus_three: ModelServer) -> None:
        reply = httpx.post(f"{half_plus_three.url}:predict", content='{"instances": [1.0,2.0,5.0]}')
        assert reply.json() == json.loads('{ "predictions": [3.5, 4.0, 5.5] }')

    def test_the_stand_in_gives_the_documented_error(self, half_plus_three: ModelServer) -> None:
        url = half_plus_three.url.replace("half_plus_three", "half")
        reply = httpx.post(f"{url}:predict", content='{"instances": [1.0,5.0]}')
        assert reply.status_code == 404
        assert reply.json() == {"error": "Servable not found for request: Latest(half)"}

    def test_the_stand_in_gives_the_documented_form_of_columns(self, half_plus_three: ModelServer) -> None:
        reply = httpx.post(f"{half_plus_three.url}:predict", content='{"inputs": {"x": [1.0, 2.0, 5.0]}}')
        assert reply.json() == {"outputs": [3.5, 4.0, 5.5]}

    def test_the_client_asks_and_understands(self, half_plus_three: ModelServer) -> None:
        answer = ServedModel(half_plus_three.url).run("serving_default", x=np.array([1, 2, 5], np.float32))
        assert answer["output_0"].tolist() == [3.5, 4.0, 5.5]
        expected = {"signature_name": "serving_default", "inputs": {"x": [1.0, 2.0, 5.0]}}
        assert json.loads(half_plus_three.requests[-1]) == expected


class TestServed:
    def test_answers_as_the_folder_does(self, remote: Classifier, classifier: Classifier) -> None:
        digits = golden_digits()
        labels = np.array([1, 7, 2])
        np.testing.assert_allclose(remote.predict(digits), classifier.predict(digits), atol=1e-6)
        for maps, others in zip(remote.layers(digits), classifier.layers(digits), strict=True):
            np.testing.assert_allclose(maps, others, atol=1e-4)
        expected = classifier.saliency(digits, labels)
        np.testing.assert_allclose(remote.saliency(digits, labels), expected, atol=1e-4)

    def test_finds_the_marks_that_the_folder_does(
        self, remote: Classifier, classifier: Classifier, write: Write
    ) -> None:
        page = write("2026", "17")
        for part, other in zip(remote.read(page), classifier.read(page), strict=True):
            assert part.dtype == other.dtype
            np.testing.assert_allclose(part, other, atol=1e-3)

    def test_has_the_heat_map_that_the_folder_has(
        self, remote: Classifier, classifier: Classifier, write: Write
    ) -> None:
        heat = remote.heat(page := write("2026"))
        assert heat.dtype == np.float32
        np.testing.assert_allclose(heat, classifier.heat(page), atol=1e-4)

    def test_a_blank_page_has_no_marks(self, remote: Classifier) -> None:
        marks = remote.read(np.full((60, 90), 255, np.uint8))
        assert [part.shape for part in marks] == [(0, 4), (0, 16), (0, 28, 28), (0, 10)]

    def test_reads_pictures(self, remote: Classifier, write: Write) -> None:
        assert recognize(write("2026", "17"), remote).text == "2026\n17"

    def test_a_picture_goes_in_one_request_as_its_grey_png(
        self, served: ModelServer, remote: Classifier, write: Write
    ) -> None:
        page = write("314")
        served.requests.clear()
        recognize(page, remote)
        (request,) = map(json.loads, served.requests)
        assert request.keys() == {"signature_name", "inputs"}
        assert request["signature_name"] == "read_png"
        np.testing.assert_array_equal(load_image(base64.b64decode(request["inputs"]["png"]["b64"])), page)

    def test_no_images_make_no_request(self, served: ModelServer, remote: Classifier) -> None:
        served.requests.clear()
        assert remote.predict(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)
        assert served.requests == []

    def test_an_address_of_another_form_is_named_with_one_that_is_right(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            main(["--model-url", "localhost", "seven.png"])
        assert "expected a model's address such as http://localhost:8501/v1/models/mnist" in capsys.readouterr().err

    def test_the_command_line_reads(
        self, served: ModelServer, write: Write, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "seven.png").write_bytes(encode(write("7")))
        assert main(["--model-url", served.url, str(tmp_path / "seven.png")]) == 0
        assert capfd.readouterr().out == f"{tmp_path / 'seven.png'}: 7\n"


class TestTrouble:
    def test_a_busy_server_is_asked_again(self, served: ModelServer, remote: Classifier) -> None:
        served.requests.clear()
        served.busy = 2
        start = time.monotonic()
        assert remote.predict(golden_digits()).argmax(1).tolist() == [0, 1, 7]
        assert len(set(served.requests)) == 1
        assert len(served.requests) == 3
        assert time.monotonic() - start >= 0.2  # it waited in between

    def test_a_server_that_stays_busy_is_named(self, served: ModelServer, remote: Classifier) -> None:
        served.busy = 4
        with pytest.raises(ConnectionError, match=r"refuses with 503: The batch scheduling queue .* try again later"):
            remote.predict(golden_digits())
        assert served.busy == 0

    def test_an_absent_server_is_named(self, nowhere: str) -> None:
        remote = Classifier(nowhere)
        with pytest.raises(ConnectionError, match=rf"{nowhere} does not answer .* Start it, or correct its address"):
            remote.predict(golden_digits())
        assert remote.state() == "away"

    def test_another_model_is_refused(self, half_plus_three: ModelServer) -> None:
        with pytest.raises(ConnectionError, match=r"refuses with 400: .* Have it serve this project's models/mnist"):
            Classifier(half_plus_three.url).predict(golden_digits())

    def test_a_wrong_name_gets_the_servers_words(self, served: ModelServer) -> None:
        with pytest.raises(
            ConnectionError, match=r"404: Servable not found for request: Latest\(half\)\. .* correct its address"
        ):
            Classifier(served.url.replace("mnist", "half")).predict(golden_digits())

    def test_a_damaged_models_answer_is_noticed(
        self, served: ModelServer, remote: Classifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nothing = [[float("nan")] * 10] * 3
        monkeypatch.setattr(served, "predict", lambda _: {"outputs": {"boxes": nothing}})
        with pytest.raises(ConnectionError, match="does not answer as TensorFlow Serving does"):
            remote.predict(golden_digits())
        with pytest.raises(ConnectionError, match="does not answer as TensorFlow Serving does"):
            remote.read(np.full((60, 90), 255, np.uint8))

    @pytest.mark.parametrize(("reply", "said"), FAULTY.values(), ids=FAULTY)
    def test_a_faulty_answer_is_told_with_what_to_do(self, reply: bytes, said: str) -> None:
        with answering(reply) as url:
            remote = Classifier(url)
            with pytest.raises(ConnectionError, match=said):
                remote.predict(golden_digits())
            assert remote.state() == "away"

    def test_an_answer_that_does_not_come_is_waited_for_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mnist_demo.inference.served.ANSWER_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            remote = Classifier(f"http://127.0.0.1:{silent.getsockname()[1]}/v1/models/mnist")
            with pytest.raises(ConnectionError, match=r"does not answer \(.*Read timed out.*\)\. .* try again later"):
                remote.predict(golden_digits())
            silent.setblocking(False)
            for _ in range(2):
                silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()

    def test_a_connection_that_is_closed_unannounced_is_made_anew(self) -> None:
        with answering(reply_of("200 OK", PROBABILITIES, headers="")) as url:
            remote = Classifier(url)
            assert [remote.predict(golden_digits()).shape for _ in range(3)] == [(3, LABELS)] * 3

    @pytest.mark.parametrize(
        "outputs", [5, [1.0, 2.0, 3.0], [[0.1] * 9] * 3, {"output_0": [[0.1] * 10] * 2}, {"a": 1, "b": 2}]
    )
    def test_numbers_of_another_form_are_noticed(
        self, outputs: object, served: ModelServer, remote: Classifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(served, "predict", lambda _: {"outputs": outputs})
        for ask_for in (remote.predict, remote.layers, lambda images: remote.saliency(images, np.arange(3))):
            with pytest.raises(ConnectionError, match=r"the model that is served is another: .* Have it serve"):
                ask_for(golden_digits())

    @pytest.mark.parametrize("outputs", [{}, [], {"boxes": [[1, 2, 3, 4]]}, {"boxes": [[1, 2]], "signs": 5}])
    def test_marks_of_another_form_are_noticed(
        self, outputs: object, served: ModelServer, remote: Classifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(served, "predict", lambda _: {"outputs": outputs})
        with pytest.raises(ConnectionError, match="does not answer as TensorFlow Serving does"):
            remote.read(np.full((60, 90), 255, np.uint8))


def test_visitors_are_told_when_the_server_is_away(nowhere: str) -> None:
    reader = Reader()
    reader.model = nowhere
    assert reader.read_photo(encode(write_digits("7")), "seven.png") == {"error": {"kind": "model_away"}}
    assert reader.state() == "away"


def test_the_state_follows_the_servers(served: ModelServer, remote: Classifier) -> None:
    assert remote.state() == "ready"
    served.available = False
    try:
        assert remote.state() == "loading"
    finally:
        served.available = True
    assert Classifier(served.url.replace("mnist", "other")).state() == "away"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8501/v1/models/mnist",
        "http://localhost:8501/v1/models/mnist/versions/1",
        "https://models.example.org/digits/v1/models/mnist/labels/stable",
    ],
)
def test_addresses_of_models_are_taken(url: str) -> None:
    assert base_url(url + "/") == url


@pytest.mark.parametrize(
    "url", ["localhost:8501", "http://localhost:8501", "http://localhost:8501/v1/models/m:predict"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected a model's address such as"):
        base_url(url)
