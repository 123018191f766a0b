"""The page without a server: a plain file server hands out what `make static` built, and the browser does the rest."""

import base64
import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app_server import ROOT
from conftest import write_digits
from numpy.typing import NDArray
from pictures import encode, lay_afar
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mnist_demo import Classifier, recognize
from mnist_demo.examples import PHOTOS, photo_bytes
from mnist_demo.explanation.reasons import explain
from mnist_demo.inference.integrity import golden_page
from mnist_demo.static.site import bundle, kept, service_worker, translations, weight
from mnist_demo.training.data import data_dir, load_mnist

from .conftest import PHONE, SCHEMES, SCREENSHOTS, VISITED, WINDOWS, is_dark
from .pen import draw, place, touch
from .test_everyone import every_tab, violations
from .test_languages import LOCALES, overflow
from .test_masthead import installed_as

SITE = ROOT / "build" / "static"
COLD_MAX, AGAIN_MAX = 30, 15  # seconds to a first reading, on a machine with much else to do
WEIGHT_MAX = 6e6  # bytes of a first visit, compressed
TEXTS = translations()
# Asks a worker, as a component does.
ASK = """([name, argument, script = "worker.js"]) => new Promise((resolve) => {
  const worker = new Worker(script);
  worker.onmessage = ({ data }) => resolve(data.answer);
  worker.postMessage({ id: 0, name, argument });
})"""

Visit = Callable[..., Page]


class FileHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Hand out a folder's files; yield their address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(FileHandler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    assert (SITE / "index.html").exists(), "run `make static` first"
    with serve(SITE) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Open the page as who was never here; at the end, expect that it logged no fault and asked no other host."""
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def visit(**options: Any) -> Page:
        contexts.append(browser.new_context(**{**WINDOWS["desktop"], **options}))
        contexts[-1].add_init_script(VISITED)
        contexts[-1].on("request", lambda request: faults.append(request.url) if is_elsewhere(request.url) else None)
        page = contexts[-1].new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        return page

    def is_elsewhere(url: str) -> bool:
        return not url.startswith((address, "data:", "blob:"))

    yield visit
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Who was never here."""
    context = browser.new_context(**WINDOWS["desktop"])
    context.add_init_script(VISITED)
    yield context
    context.close()


def read(page: Page, number: str) -> None:
    expect(page.locator("#reading")).to_have_text(number)


def test_a_first_visit_reads_soon_and_a_second_sooner_with_no_server_at_all(browser: Browser) -> None:
    context = browser.new_context(**WINDOWS["desktop"])
    context.add_init_script(VISITED)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    with serve(SITE) as address:
        assert seconds_to_read(page, "42", lambda: page.goto(address)) < COLD_MAX
        expect(page.locator("footer .ready")).to_have_text(TEXTS["en"]["ready"])
    page.evaluate("sessionStorage.clear()")  # the drawing
    assert seconds_to_read(page, "71", page.reload) < AGAIN_MAX
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(2)
    assert all(url.startswith((address, "data:", "blob:")) for url in asked)
    context.close()


def seconds_to_read(page: Page, number: str, arrive: Callable[[], Any]) -> float:
    begun = time.monotonic()
    arrive()
    draw(page, number)
    expect(page.locator("#reading")).to_have_text(number)
    return time.monotonic() - begun


def test_a_first_visit_brings_all_files_in_six_megabytes(visitor: BrowserContext, address: str) -> None:
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    page = visitor.new_page()
    page.goto(address)
    expect(page.locator("footer .ready")).to_have_text(TEXTS["en"]["ready"])
    assert {url.removeprefix(address) or "index.html" for url in asked} == {
        path.relative_to(SITE).as_posix() for path in kept(SITE)
    }
    assert weight(SITE) <= WEIGHT_MAX


def test_a_browser_would_install_the_page(visit: Visit, address: str) -> None:
    page = visit()
    page.wait_for_function("navigator.serviceWorker.controller")
    manifest = installed_as(page)
    assert (manifest["startUrl"], manifest["scope"], manifest["display"]) == (address, address, "kStandalone")
    assert manifest["name"] == "Handwritten digits, read as you write"
    for icon in manifest["icons"]:
        with Image.open(SITE / icon["url"].removeprefix(address)) as picture:
            assert icon["sizes"] == "{}x{}".format(*picture.size)
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


# Keeps its one file by the service worker, and shows what is in it.
KEPT_PAGE = """<!doctype html><title>A page</title><p></p><script>
navigator.serviceWorker.register("service-worker.js", { updateViaCache: "none" });
fetch("version.txt").then((answer) => answer.text()).then((text) => (document.querySelector("p").textContent = text));
</script>"""
VERSION_OF = "fetch('version.txt').then((answer) => answer.text())"


def deploy(folder: Path, version: int) -> None:
    """Replace what is handed out by a version of it, of a day of its own, by which browsers tell files apart."""
    (folder / "index.html").write_text(KEPT_PAGE)
    (folder / "version.txt").write_text(str(version))
    (folder / "service-worker.js").unlink(missing_ok=True)
    (folder / "service-worker.js").write_text(service_worker(folder))
    for path in folder.iterdir():
        os.utime(path, (version * 86_400, version * 86_400))


def test_a_new_version_opens_whole_once_no_page_of_the_old_is_open(visitor: BrowserContext, tmp_path: Path) -> None:
    deploy(tmp_path, 1)
    with serve(tmp_path) as address:
        page = visitor.new_page()
        page.goto(address)
        page.wait_for_function("navigator.serviceWorker.controller")  # at once, without another visit
        deploy(tmp_path, 2)
        registration = page.evaluate_handle("navigator.serviceWorker.ready")
        registration.evaluate("(registration) => registration.update()")
        page.wait_for_function("({ waiting }) => waiting", arg=registration)  # which waits for no promise
    assert page.evaluate(VERSION_OF) == "1"  # which the server would not have given
    assert len(page.evaluate("caches.keys()")) == 2
    page.close()
    page = visitor.new_page()
    page.goto(address)
    expect(page.locator("p")).to_have_text("2")
    assert len(page.evaluate("caches.keys()")) == 1


@pytest.mark.parametrize("missing", ["**/worker.js", "**/model/weights.bin", "**/*.wasm"])
def test_a_worker_that_cannot_start_is_a_fault_until_one_can(
    visitor: BrowserContext, address: str, missing: str
) -> None:
    visitor.route(missing, lambda route: route.abort())
    page = visitor.new_page()
    page.goto(address)
    status = page.locator("#sketchpad .connection")
    for _ in range(2):  # the question that it fails at, and a later one
        draw(page, "7")
        expect(status).to_have_text(TEXTS["en"]["error_fault_here"])
        page.wait_for_timeout(1000)  # after which the readout judges a drawing
        expect(page.locator("#readout .note")).to_be_empty()
        page.get_by_role("button", name="Clear").click()
        expect(status).to_be_empty()
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 4071").click()
    expect(page.locator("#photo [role=alert]")).to_have_text(TEXTS["en"]["error_fault_here"])
    page.get_by_role("tab", name="Batch").click()
    page.get_by_role("button", name="Examples").click()
    expect(page.locator("#batch")).to_contain_text(TEXTS["en"]["error_fault_here"])
    visitor.unroute(missing)
    page.get_by_role("tab", name="Draw").click()
    draw(page, "7")
    read(page, "7")


def test_opened_as_a_file_the_page_stands_and_says_that_it_cannot_read(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto((SITE / "index.html").as_uri())  # from where browsers start no worker
    draw(page, "7")
    expect(page.locator("#sketchpad .connection")).to_have_text(TEXTS["en"]["error_fault_here"])


def test_without_storage_or_service_worker_the_page_reads(visitor: BrowserContext, address: str) -> None:
    visitor.add_init_script("""for (const [holder, name] of [
      [window, "localStorage"], [window, "sessionStorage"], [window, "caches"], [Navigator.prototype, "serviceWorker"],
    ]) Object.defineProperty(holder, name, { get() { throw new DOMException("denied", "SecurityError"); } });""")
    page = visitor.new_page()
    page.goto(address)
    draw(page, "42")
    read(page, "42")


def test_digits_drawn_by_touch_are_read(visit: Visit) -> None:
    page = visit(**PHONE)
    for stroke in place("42", page.locator("#sketchpad canvas")):
        touch(page, stroke)
    read(page, "42")
    page.get_by_role("button", name="Clear").click()
    read(page, "")


def test_of_many_digits_the_chosen_one_is_in_view(visit: Visit) -> None:
    page = visit()
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 18 352 607").click()
    for number in (0, 7, 3):
        page.locator("#photo .boxes button").nth(number).click()
        expect(page.locator("#seen button").nth(number)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#seen button").nth(number)).to_be_in_viewport(ratio=1)


def test_each_example_photo_gives_what_python_gives(visit: Visit, classifier: Classifier) -> None:
    page = visit()
    page.get_by_role("tab", name="Photo").click()
    for name, lines in PHOTOS.items():
        page.get_by_role("button", name=f"Example {' '.join(lines)}").click()
        expected = recognize(photo_bytes(name), classifier)
        read(page, expected.text)
        boxes = page.locator("#photo .boxes button").evaluate_all(
            "all => all.map(({ style }) => [style.left, style.top])"
        )
        with Image.open(SITE / "examples" / name) as photo:
            sides = np.array([[digit.box[0] / photo.width, digit.box[1] / photo.height] for digit in expected.digits])
        shown = np.array([[float(side.rstrip("%")) / 100 for side in box] for box in boxes])
        np.testing.assert_allclose(shown, sides, atol=3 / 675)
        said = page.locator("#seen small").all_inner_texts()
        confidences = [100 * digit.confidence for digit in expected.digits]
        assert [float(share.rstrip("%")) for share in said] == pytest.approx(confidences, abs=2)


def test_a_large_page_is_read_as_python_reads_it(visit: Visit, classifier: Classifier) -> None:
    small = golden_page()
    sheet = np.full((1000, 1150), 203, np.uint8)
    sheet[700 : 700 + small.shape[0], 90 : 90 + small.shape[1]] = np.minimum(small, 203)
    png = encode(sheet)
    answer = visit().evaluate(ASK, ["sketchpad.read", f"data:image/png;base64,{base64.b64encode(png).decode()}"])
    expected = recognize(png, classifier).to_dict()
    assert [digit["box"] for digit in answer["digits"]] == [digit["box"] for digit in expected["digits"]]
    for digit, same in zip(answer["digits"], expected["digits"], strict=True):
        np.testing.assert_allclose(digit["probabilities"], same["probabilities"], atol=1e-4)


def test_small_writing_on_a_phones_photo_is_read(visit: Visit) -> None:
    photo = base64.b64encode(encode(lay_afar(write_digits("2718", height=60)))).decode()
    assert visit().evaluate(ASK, ["sketchpad.read", f"data:image/png;base64,{photo}"])["text"] == "2718"


def test_a_photo_is_shown_at_once_and_marked_as_being_read(visit: Visit) -> None:
    page = visit()
    page.get_by_role("tab", name="Photo").click()
    shown = page.evaluate_handle("""() => {
      const [shown, frame] = [[], document.querySelector("#photo .fitted")];
      const told = ["#photo .progress", "#reading"].map((part) => document.querySelector(part));
      new MutationObserver(() => shown.push(told.map(({ textContent }) => textContent)))
        .observe(frame, { childList: true });
      return shown;
    }""")
    for name, text in (("note.webp", "4071"), ("blackboard.webp", "2963")):
        page.locator("#photo input").set_input_files(SITE / "examples" / name)
        expect(page.locator("#reading")).to_have_text(text)
        expect(page.locator("#photo .progress")).to_be_hidden()
    assert shown.json_value() == [["Reading…", ""], ["Reading…", ""]]


def test_a_photo_that_lies_is_turned_by_its_exif_data_or_its_reading(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.get_by_role("tab", name="Photo").click()
    with Image.open(SITE / "examples" / "note.webp") as photo:
        lying = photo.convert("RGB").transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    lying.save(tmp_path / "marked.jpg", exif=exif)
    lying.save(tmp_path / "lying.jpg")
    for name, note in (("marked.jpg", ""), ("lying.jpg", TEXTS["en"]["turned"])):
        page.locator("#photo input").set_input_files(tmp_path / name)
        read(page, "4071")
        expect(page.locator("#photo .connection")).to_have_text(note)
        page.get_by_role("button", name="Remove").click()
        read(page, "")


def test_files_that_cannot_be_read_are_named(visit: Visit, tmp_path: Path) -> None:
    page = visit(locale="de-DE")
    page.get_by_role("tab", name="Foto").click()
    for name, content, key in (("a.txt", b"Dear model,", "error_foreign"), ("b.pdf", b"%PDF-1.7", "error_no_pdf")):
        (tmp_path / name).write_bytes(content)
        page.locator("#photo input").set_input_files(tmp_path / name)
        expect(page.locator("#photo .problem")).to_have_text(f"{name}: {TEXTS['de'][key]}")


@pytest.mark.parametrize("size", [(600, 400), (1, 1), (5000, 3)], ids=str)
def test_a_blank_photo_is_no_fault(visit: Visit, tmp_path: Path, size: tuple[int, int]) -> None:
    page = visit()
    page.get_by_role("tab", name="Photo").click()
    Image.new("L", size, 255).save(tmp_path / "blank.png")
    page.locator("#photo input").set_input_files(tmp_path / "blank.png")
    expect(page.locator("#readout .note")).to_have_text(TEXTS["en"]["none_found"])
    expect(page.locator("#photo .problem span")).to_be_empty()


def thousand_digits(written: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the first of MNIST's test images, or, where the data folder has none, written ones (n, 28, 28), worn."""
    if (data_dir() / "mnist.npz").exists():
        return load_mnist(data_dir())[1].images[:1000]
    grain = np.random.default_rng(7).normal(0, 40, (1000, 28, 28))
    return np.clip(np.resize(written, grain.shape) + grain, 0, 255).astype(np.uint8)


def test_all_probabilities_are_the_savedmodels(
    visitor: BrowserContext, address: str, classifier: Classifier, mnist_images: NDArray[np.uint8], tmp_path: Path
) -> None:
    images = thousand_digits(mnist_images)
    script = tmp_path / "predict.js"
    bundle(Path(__file__).with_name(script.name), script)
    visitor.route(f"**/{script.name}", lambda route: route.fulfill(path=script))
    page = visitor.new_page()
    page.goto(f"{address}manifest.json")  # where no service worker keeps requests from the route
    found = page.evaluate(ASK, ["", as_base64(images), script.name])
    expected = classifier.predict(images.astype(np.float32) / np.float32(255))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_labels_and_saliency_are_the_savedmodels(
    visit: Visit, classifier: Classifier, mnist_images: NDArray[np.uint8]
) -> None:
    images = thousand_digits(mnist_images)
    page = visit()
    answer = page.evaluate(ASK, ["batch.classify", as_base64(images)])
    expected = classifier.predict(images.astype(np.float32) / np.float32(255))
    assert answer["labels"] == [str(label) for label in expected.argmax(1)]
    np.testing.assert_allclose(answer["lowest"], expected.max(1), atol=1e-4)
    question = {"image": as_base64(images[0]), "labels": ["7", "3"]}
    found, reasons = page.evaluate(ASK, ["why.explain", question]), explain(question, classifier)
    for name in ("own", "other"):
        own, pythons = (np.frombuffer(base64.b64decode(each[name]), np.int8).astype(int) for each in (found, reasons))
        np.testing.assert_allclose(own, pythons, atol=1)


def as_base64(pixels: NDArray[np.uint8]) -> str:
    return base64.b64encode(pixels.tobytes()).decode()


def test_batch_reads_photos_and_mnists_own_files(visit: Visit, tmp_path: Path, mnist_images: Any) -> None:
    np.save(tmp_path / "digits.npy", mnist_images)
    (tmp_path / "letter.png").write_bytes(b"Dear model,")
    page = visit()
    page.get_by_role("tab", name="Batch").click()
    page.get_by_role("button", name="Examples").click()
    expect(page.locator("#batch tbody tr")).to_have_count(4)
    texts = [" ".join(row.split()) for row in page.locator("#batch td:nth-child(2)").all_inner_texts()]
    assert texts == [" ".join(lines) for lines in PHOTOS.values()]
    page.locator("#batch input").set_input_files([tmp_path / "digits.npy", tmp_path / "letter.png"])
    expect(page.locator("#batch .count")).to_have_text("14 of 15 read, 1 failed")
    assert page.locator("#batch td:nth-child(2)").all_inner_texts()[4:14] == list("0123456789")


def test_what_only_a_server_gives_is_not_shown(visit: Visit) -> None:
    page = visit()
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(8)
    expect(page.locator("#about .card")).to_be_visible()
    expect(page.get_by_text(TEXTS["en"]["python_text"])).to_be_hidden()
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_hidden()  # only this computer can open the page


def test_share_shows_the_pages_own_address_and_its_code(launch: Callable[..., Browser], address: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.example 127.0.0.1")
    page = browser.new_page(**WINDOWS["desktop"], reduced_motion="reduce")
    page.goto(address.replace("127.0.0.1", "digits.example"))
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#masthead dialog a")).to_have_text(page.url)
    expect(page.locator("#masthead .code svg")).to_be_visible()
    for window, options in WINDOWS.items():
        page.set_viewport_size(options["viewport"])
        expect_no_violations(page, f"{window}-share")
    browser.close()


@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_nothing_and_the_page_fits(visit: Visit, window: str) -> None:
    page = visit(**WINDOWS[window], reduced_motion="reduce")
    for shown in every_tab(page):
        assert overflow(page) == 0
        expect_no_violations(page, f"{window}-{shown}")


def expect_no_violations(page: Page, shown: str) -> None:
    """Expect that axe-core objects to nothing, in light and dark, and take pictures of both."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body.dark")).to_have_count(int(scheme == "dark"))
        page.screenshot(path=SCREENSHOTS / f"static-{shown}-{scheme}.png", full_page=True)
        assert is_dark(page) == (scheme == "dark")
        assert violations(page) == []


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_speaks_the_readers_language(visit: Visit, language: str) -> None:
    texts = TEXTS[language]
    page = visit(**PHONE, locale=LOCALES[language])
    expect(page.get_by_text(texts["here"])).to_be_visible()
    page.get_by_role("tab", name=texts["photo"], exact=True).click()
    expect(page.locator("#photo .drop strong")).to_have_text(texts["drop_touch"])
    assert overflow(page) == 0
