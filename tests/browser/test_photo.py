"""Reading photos."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Write, write_digits
from pictures import encode, encode_pdf, lay_afar, locked_pdf, photo, png_bomb
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from mnist_demo.examples import drawings
from mnist_demo.page.pdf import PAGES_MAX

from .conftest import SCHEMES, SCREENSHOTS, WINDOWS, OpenPage
from .pen import draw

# Hand a file to the page as the system does: through an event that carries it.
GIVE = """([kind, target, name, data]) => {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/png" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(event);
}"""

# How dark the first square of a digit's way is, below its corner; 0 where nothing is painted.
FIRST_SQUARE = """(canvas) => {
  const { offsetLeft: left, offsetTop: top, offsetWidth: side } = document.querySelector("#why .squares button");
  const at = [left + side / 6, top + side / 6].map((value) => value * devicePixelRatio);
  const { data } = canvas.getContext("2d").getImageData(...at, 1, 1);
  return data[3] - data[1];
}"""


@pytest.fixture
def photo_tab(page: Page) -> Page:
    page.get_by_role("tab", name="Photo").click()
    page.locator("#photo").wait_for()
    return page


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    """A photo of 4071, on ruled paper."""
    path = tmp_path / "note.png"
    Image.fromarray(photo("note.webp")).save(path)
    return path


def upload(page: Page, *files: Path) -> None:
    page.locator("#photo input[type=file]").set_input_files(list(files))


def test_an_uploaded_photo_is_read(photo_tab: Page, photo_file: Path) -> None:
    upload(photo_tab, photo_file)
    expect(photo_tab.locator("#reading")).to_have_text("4071")


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_photo_can_be_given_by(photo_tab: Page, photo_file: Path, kind: str) -> None:
    data = base64.b64encode(photo_file.read_bytes()).decode()
    photo_tab.evaluate(GIVE, [kind, "#photo .stage", photo_file.name, data])
    expect(photo_tab.locator("#reading")).to_have_text("4071")


def test_the_photo_comes_back_with_a_box_on_each_digit(photo_tab: Page, photo_file: Path) -> None:
    upload(photo_tab, photo_file)
    boxes = photo_tab.locator("#photo .boxes button")
    expect(boxes).to_have_count(4)
    assert [box.get_attribute("data-label") for box in boxes.all()] == list("4071")
    boxes.nth(2).click()
    expect(photo_tab.locator("#seen button").nth(2)).to_have_attribute("aria-pressed", "true")
    photo_tab.locator("#seen button").nth(3).click()
    expect(boxes.nth(3)).to_have_attribute("aria-pressed", "true")


def test_only_the_chosen_digit_has_a_label_where_all_are_too_small(photo_tab: Page, tmp_path: Path) -> None:
    shown = """boxes => boxes.map((box) => getComputedStyle(box, "::before").display !== "none")"""
    boxes = photo_tab.locator("#photo .boxes button")
    for name, writing in (("small", lay_afar(write_digits("2718", height=60))), ("large", write_digits("2718"))):
        path = tmp_path / f"{name}.png"
        path.write_bytes(encode(writing))
        upload(photo_tab, path)
        expect(photo_tab.locator("#reading")).to_have_text("2718")
        assert boxes.evaluate_all(shown) == [True, *[name == "large"] * 3]
        photo_tab.get_by_role("button", name="Remove").click()


def test_labels_shrink_with_the_digits(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(**WINDOWS["phone"])
    page.get_by_role("tab", name="Photo").click()
    for lines, least, most in ((["27"], 14, 14), (["271"] * 7, 9, 10)):
        Image.fromarray(write_digits(*lines)).save(tmp_path / "lines.png")
        upload(page, tmp_path / "lines.png")
        expect(page.locator("#photo .boxes button")).to_have_count(sum(map(len, lines)))
        size = """box => parseFloat(getComputedStyle(box, "::before").fontSize)"""
        assert least <= page.locator("#photo .boxes button").first.evaluate(size) <= most


def test_boxes_lie_on_the_digits_of_a_photo_turned_by_its_camera(photo_tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    picture = Image.fromarray(photo("note.webp"))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter, clockwise
    picture.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    upload(photo_tab, path)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    box = photo_tab.locator("#photo .boxes button").first.bounding_box()
    image = photo_tab.locator("#photo .picture img").bounding_box()
    assert box is not None
    assert image is not None
    assert image["width"] > image["height"]
    assert box["height"] > box["width"]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side_or_head_is_turned_and_the_page_says_so(
    photo_tab: Page, quarters: int, tmp_path: Path
) -> None:
    path = tmp_path / "lying.png"
    Image.fromarray(np.rot90(photo("note.webp"), quarters)).save(path)
    upload(photo_tab, path)
    said = "This photo lay on its side or head, so it was turned."
    expect(photo_tab.locator("#photo .connection")).to_have_text(said)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    image = photo_tab.locator("#photo .picture img").bounding_box()
    boxes = [box.bounding_box() for box in photo_tab.locator("#photo .boxes button").all()]
    assert image is not None
    assert image["width"] > image["height"]
    assert len(boxes) == 4
    for box in boxes:
        assert box is not None
        assert 0.3 < (box["y"] + box["height"] / 2 - image["y"]) / image["height"] < 0.7


def test_a_photo_that_was_turned_by_hand_stays_so(photo_tab: Page, photo_file: Path) -> None:
    upload(photo_tab, photo_file)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    photo_tab.get_by_role("button", name="Rotate").click()
    expect(photo_tab.locator("#reading")).not_to_have_text("4071")
    expect(photo_tab.locator("#photo .progress")).to_be_hidden()
    image = photo_tab.locator("#photo .picture img").bounding_box()
    assert image is not None
    assert image["width"] < image["height"]


def test_a_photo_can_be_turned_and_removed(photo_tab: Page, photo_file: Path) -> None:
    upload(photo_tab, photo_file)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    wide = photo_tab.locator("#photo .picture img").bounding_box()
    for _ in range(4):
        before = photo_tab.locator("#photo .picture img").get_attribute("src")
        photo_tab.get_by_role("button", name="Rotate").click()
        expect(photo_tab.locator("#photo .picture img")).not_to_have_attribute("src", before or "")
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    assert photo_tab.locator("#photo .picture img").bounding_box() == wide
    photo_tab.get_by_role("button", name="Remove").click()
    expect(photo_tab.locator("#reading")).to_have_text("")


def test_what_is_wrong_with_a_file_leaves_no_old_reading_until_it_is_dismissed(
    photo_tab: Page, photo_file: Path, tmp_path: Path
) -> None:
    upload(photo_tab, photo_file)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    text = tmp_path / "letter.png"
    text.write_text("Dear model,")
    upload(photo_tab, text)
    alert = photo_tab.locator("#photo [role=alert]")
    expect(alert).to_contain_text("letter.png: not a PNG, JPEG or WebP image")
    expect(photo_tab.locator("#reading")).to_have_text("")
    expect(photo_tab.locator("#photo .boxes button")).to_have_count(0)
    photo_tab.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_text("")
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    expect(photo_tab.locator("#photo .boxes button")).to_have_count(4)
    upload(photo_tab, text)
    expect(alert).to_contain_text("letter.png")
    upload(photo_tab, photo_file)
    expect(alert).to_have_text("")
    expect(photo_tab.locator("#reading")).to_have_text("4071")


UNREADABLE = {
    "IMG_0001.HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "Settings, Camera, Formats, Most Compatible"),
    "letter.pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "the PDF is damaged. Save or send it again."),
    "locked.pdf": (locked_pdf(), "the PDF is locked with a password. Save it without one."),
    "letter.docx": (b"PK\x03\x04", "not a PNG, JPEG or WebP image"),
    "nothing.png": (b"", "the file is empty"),
    "wall.png": (png_bomb(21_000, 500), "more than 50 megapixels or 20,000 pixels a side"),
    "heavy.jpg": (bytes(14_000_001), "larger than 14 MB"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_answered_with_what_to_do(photo_tab: Page, tmp_path: Path, name: str) -> None:
    content, words = UNREADABLE[name]
    path = tmp_path / name
    path.write_bytes(content)
    upload(photo_tab, path)
    expect(photo_tab.locator("#photo [role=alert]")).to_contain_text(words)
    assert photo_tab.evaluate("document.documentElement.scrollHeight <= innerHeight")  # the message moves nothing


@pytest.mark.parametrize("kind", ["BMP", "GIF", "AVIF"])
def test_what_the_browser_can_open_is_read(photo_tab: Page, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"note.{kind.lower()}"
    Image.fromarray(photo("note.webp")).save(path, kind)
    upload(photo_tab, path)
    expect(photo_tab.locator("#reading")).to_have_text("4071")


def test_a_pdf_of_one_page_is_read_and_one_of_several_opens_in_batch(
    photo_tab: Page, tmp_path: Path, write: Write
) -> None:
    one, two = tmp_path / "one.pdf", tmp_path / "two.pdf"
    one.write_bytes(encode_pdf(write("2963")))
    two.write_bytes(encode_pdf(write("42"), write("7")))
    upload(photo_tab, one)
    expect(photo_tab.locator("#reading")).to_have_text("2963")
    expect(photo_tab.locator("#photo .boxes button")).to_have_count(4)
    upload(photo_tab, two)
    expect(photo_tab.get_by_role("tab", name="Batch")).to_have_attribute("aria-selected", "true")
    expect(photo_tab.locator("#batch .count")).to_have_text("2 of 2 files read")
    rows = [row.locator("td").all_text_contents()[:2] for row in photo_tab.locator("#batch tbody tr").all()]
    assert rows == [["two.pdf 1", "42"], ["two.pdf 2", "7"]]
    photo_tab.locator("#batch input").set_input_files([two, one])
    expect(photo_tab.locator("#batch .count")).to_have_text("5 of 5 files read")


def test_a_pdf_with_more_pages_than_are_read_says_so_in_batch(photo_tab: Page, tmp_path: Path, write: Write) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(encode_pdf(*[write("7", height=60, pen=5)] * (PAGES_MAX + 1)))
    upload(photo_tab, path)
    expect(photo_tab.locator("#batch .count")).to_have_text(f"{PAGES_MAX} of {PAGES_MAX + 1} read, 1 failed")
    rows = [row.locator("td").all_text_contents() for row in photo_tab.locator("#batch tbody tr").all()]
    left_out = f"the pages after page {PAGES_MAX} are not read here. Split the PDF to have them read too."
    assert rows[0] == ["long.pdf", "", "", left_out]
    assert [row[0] for row in rows[1:]] == [f"long.pdf {number + 1}" for number in range(PAGES_MAX)]


def test_a_vector_drawing_is_read(photo_tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "42.svg"
    stroke = '<path d="{}" fill="none" stroke="#000" stroke-width="3" stroke-linecap="round"/>'
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60">'
        + stroke.format(next(each["path"] for each in drawings() if each["label"] == "42"))
        + "</svg>"
    )
    upload(photo_tab, path)
    expect(photo_tab.locator("#reading")).to_have_text("42")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_ink_on_nothing_is_shown_on_paper(open_page: OpenPage, tmp_path: Path, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.get_by_role("tab", name="Photo").click()
    drawing = np.zeros((120, 160, 4), np.uint8)
    drawing[20:100, 76:84, 3] = 255
    Image.fromarray(drawing).save(tmp_path / "one.png")
    upload(page, tmp_path / "one.png")
    expect(page.locator("#photo .boxes button")).to_have_count(1)
    page.wait_for_timeout(300)  # the picture fades in
    picture = page.locator("#photo .picture img")
    shot = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("L"))
    assert shot[10, 10] > 240
    assert shot.min() < 60


def test_light_ink_on_nothing_is_shown_on_the_dark(photo_tab: Page, tmp_path: Path) -> None:
    writing = write_digits("1")
    Image.fromarray(np.dstack([np.full((*writing.shape, 3), 255, np.uint8), 255 - writing])).save(tmp_path / "one.png")
    upload(photo_tab, tmp_path / "one.png")
    expect(photo_tab.locator("#reading")).to_have_text("1")
    photo_tab.wait_for_timeout(300)  # the picture fades in
    picture = photo_tab.locator("#photo .picture img")
    shot = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("L"))
    assert shot[10, 10] < 30
    assert shot.max() > 240
    expect(photo_tab.locator("#why .way")).not_to_have_attribute("data-empty", "")
    assert photo_tab.locator("#why .squares canvas").evaluate(FIRST_SQUARE) > 200


def test_a_large_photo_is_reduced_before_it_is_sent(photo_tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "twelve.jpg"
    large = photo("note.webp", (4000, 3000))
    noise = np.random.default_rng(1).normal(0, 6, large.shape)
    Image.fromarray((large + noise).clip(0, 255).astype(np.uint8)).save(path, quality=95)
    assert path.stat().st_size > 3_000_000
    with photo_tab.expect_request(lambda request: request.method == "POST") as request:
        upload(photo_tab, path)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    assert 50_000 < int(request.value.header_value("content-length") or 0) < 1_000_000
    picture = photo_tab.locator("#photo .picture img").bounding_box()
    box = photo_tab.locator("#photo .boxes button").first.bounding_box()
    assert picture
    assert box
    assert box["x"] < picture["x"] + 0.4 * picture["width"]  # boxes lie on the picture that is shown
    shown = photo_tab.locator("#photo .picture img").evaluate(
        "({ naturalWidth, naturalHeight }) => naturalWidth * naturalHeight"
    )
    assert shown < 4_000_000  # of which the browser holds every pixel


def test_a_flat_picture_of_many_pixels_is_reduced_though_it_has_few_bytes(photo_tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "poster.webp"
    Image.fromarray(photo("note.webp")).point(lambda grey: 255 * (grey > 110)).resize((5000, 4000)).save(path)
    assert path.stat().st_size < 1_000_000
    upload(photo_tab, path)
    expect(photo_tab.locator("#photo .boxes button").first).to_be_visible()
    pixels = "async () => { const { width, height } = await createImageBitmap(lastPicture()); return width * height; }"
    assert photo_tab.evaluate(pixels) < 4_000_000


def test_a_picture_too_large_for_the_browser_to_turn_is_said_to_be(photo_tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "ribbon.png"
    path.write_bytes(png_bomb(70_000, 10))
    upload(photo_tab, path)
    alert = photo_tab.locator("#photo [role=alert]")
    expect(alert).to_contain_text("20,000 pixels a side")
    photo_tab.get_by_role("button", name="Rotate").click()
    expect(alert).to_contain_text("Shrink the image.")


# Notes what is told of the progress, and what moves, but for another picture's frame and the centred shares.
WATCHED = """() => {
  [window.told, window.moved] = [[], []];
  const progress = document.querySelector("#photo .progress");
  new MutationObserver(() => told.push(progress.textContent)).observe(progress, { childList: true });
  new PerformanceObserver((list) => {
    const nodes = list.getEntries().flatMap(({ sources }) => sources.map(({ node }) => node));
    moved.push(...nodes.filter((node) => !node?.matches?.(".fitted, .share")).map((node) => node?.className));
  }).observe({ type: "layout-shift" });
}"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("window", WINDOWS)
def test_a_picture_is_shown_at_once_and_marked_as_being_read(
    open_page: OpenPage, photo_file: Path, tmp_path: Path, write: Write, window: str, scheme: Any
) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme)
    page.get_by_role("tab", name="Photo").click()
    stage, picture = page.locator("#photo .stage"), page.locator("#photo .picture img")
    stage.wait_for()
    place = stage.bounding_box()
    page.evaluate(WATCHED)
    Image.fromarray(write("42")).save(tmp_path / "42.png")
    held: list[Route] = []
    page.route("**/component_server/**", lambda route: held.append(route))
    for path, number in ((photo_file, "4071"), (tmp_path / "42.png", "42")):
        page.evaluate("told.length = moved.length = 0")
        upload(page, path)
        with Image.open(path) as image:
            page.wait_for_function("([part, width]) => document.querySelector(part).naturalWidth === width",
                                   arg=["#photo .picture img", image.width])  # fmt: skip
        expect(page.locator("#photo .progress")).to_have_text("Reading…")
        expect(page.locator("#photo .boxes button")).to_have_count(0)
        expect(page.locator("#reading")).to_have_text("")  # no number stands beside another's picture
        expect(page.locator("#reading")).to_have_attribute("aria-busy", "true")
        page.wait_for_timeout(600)
        page.screenshot(path=SCREENSHOTS / f"reading-{window}-{scheme}-{number}.png")
        assert stage.bounding_box() == place
        while held:
            held.pop().continue_()
        expect(page.locator("#reading")).to_have_text(number)
        expect(page.locator("#photo .progress")).to_be_hidden()
        assert page.evaluate("told") == ["Reading…", ""]
        assert page.evaluate("moved") == []
    expect(picture).to_have_attribute("alt", "Your photo")
    page.unroute("**/component_server/**")


def test_a_photo_that_is_turned_is_told_to_be_read_once(photo_tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "lying.png"
    Image.fromarray(np.rot90(photo("note.webp"))).save(path)
    photo_tab.evaluate(WATCHED)
    upload(photo_tab, path)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    assert photo_tab.evaluate("told") == ["Reading…", ""]


def test_the_mark_of_progress_stands_still_where_motion_is_reduced(open_page: OpenPage, photo_file: Path) -> None:
    motions = "document.querySelector('#photo .progress').getAnimations({ subtree: true }).map((one) => one.playState)"
    for reduced in ("reduce", "no-preference"):
        page = open_page(reduced_motion=reduced)
        page.get_by_role("tab", name="Photo").click()
        page.route("**/component_server/**", lambda _: None)
        upload(page, photo_file)
        expect(page.locator("#photo .progress")).to_be_visible()
        page.wait_for_timeout(600)
        assert ("running" in page.evaluate(motions)) == (reduced == "no-preference")
        page.unroute("**/component_server/**")


@pytest.mark.parametrize("older", ["upload", "example"])
def test_a_late_answer_about_an_older_picture_changes_nothing(
    photo_tab: Page, photo_file: Path, tmp_path: Path, write: Write, older: str
) -> None:
    Image.fromarray(write("42")).save(tmp_path / "42.png")
    held: list[Route] = []
    photo_tab.route("**/component_server/**", lambda route: held.append(route), times=1)
    if older == "upload":
        upload(photo_tab, photo_file)
    else:
        photo_tab.get_by_role("button", name="Example 2963").click()
    expect(photo_tab.locator("#photo .progress")).to_have_text("Reading…")
    photo_tab.wait_for_timeout(1700)
    expect(photo_tab.locator("#photo .connection")).to_have_text("Waiting for the model…")
    upload(photo_tab, tmp_path / "42.png")
    expect(photo_tab.locator("#reading")).to_have_text("42")
    with photo_tab.expect_response(lambda response: response.request == held[0].request):
        held[0].continue_()
    photo_tab.wait_for_timeout(300)
    expect(photo_tab.locator("#reading")).to_have_text("42")
    expect(photo_tab.locator("#photo .boxes button")).to_have_count(2)
    expect(photo_tab.locator("#photo .connection")).to_have_text("")


def test_opening_the_camera_ends_the_reading_of_a_picture(
    launch: Callable[..., Browser], open_page: OpenPage, photo_file: Path
) -> None:
    browser = launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page = open_page(browser.new_context())
    page.get_by_role("tab", name="Photo").click()
    held: list[Route] = []
    page.route("**/component_server/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/component_server/**"):
        upload(page, photo_file)
    expect(page.locator("#photo .progress")).to_have_text("Reading…")
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("button", name="Take photo")).to_be_visible()
    with page.expect_response(lambda response: response.request == held[0].request):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Take photo")).to_be_visible()
    expect(page.locator("#photo .progress")).to_be_hidden()
    browser.close()


@pytest.mark.parametrize("kind", ["paste", "drop"])
@pytest.mark.parametrize("tab", ["Draw", "About"])
def test_a_picture_given_on_any_tab_opens_in_photo(page: Page, photo_file: Path, tab: str, kind: str) -> None:
    page.get_by_role("tab", name=tab).click()
    data = base64.b64encode(photo_file.read_bytes()).decode()
    page.evaluate(GIVE, [kind, "#sources", photo_file.name, data])
    expect(page.get_by_role("tab", name="Photo")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#reading")).to_have_text("4071")


def test_several_pictures_dropped_open_in_batch(page: Page, photo_file: Path) -> None:
    data = base64.b64encode(photo_file.read_bytes()).decode()
    page.evaluate(GIVE.replace("const event", "files.items.add(files.files[0]);\n  const event"),
                  ["drop", "#sketchpad canvas", photo_file.name, data])  # fmt: skip
    expect(page.get_by_role("tab", name="Batch")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#batch .count")).to_have_text("2 of 2 files read")


def test_a_file_dropped_on_draw_does_not_leave_the_page(page: Page, photo_file: Path) -> None:
    draw(page, "7")
    data = base64.b64encode(photo_file.read_bytes()).decode()
    kept = page.evaluate(GIVE.replace(".dispatchEvent(event)", ".dispatchEvent(event); return event.defaultPrevented"),
                         ["drop", "#sketchpad canvas", photo_file.name, data])  # fmt: skip
    assert kept
    page.get_by_role("tab", name="Draw").click()
    expect(page.locator("#reading")).to_have_text("7")


def test_each_tab_keeps_its_own_reading(photo_tab: Page, photo_file: Path) -> None:
    upload(photo_tab, photo_file)
    expect(photo_tab.locator("#reading")).to_have_text("4071")
    photo_tab.get_by_role("tab", name="Draw").click()
    expect(photo_tab.locator("#reading")).to_have_text("")
    draw(photo_tab, "8")
    expect(photo_tab.locator("#reading")).to_have_text("8")
    photo_tab.get_by_role("tab", name="Photo").click()
    expect(photo_tab.locator("#reading")).to_have_text("4071")


@pytest.mark.parametrize("number", ["4071", "18 352 607", "2963", "580 714"])
def test_example_photos_are_read(photo_tab: Page, number: str) -> None:
    photo_tab.get_by_role("button", name=f"Example {number}").click()
    expect(photo_tab.locator("#reading")).to_have_text(re.compile(r"\s+".join(number.split())))


def test_the_camera_takes_a_photo(launch: Callable[..., Browser], open_page: OpenPage, tmp_path: Path) -> None:
    film = tmp_path / "film.mjpeg"
    film.write_bytes(2 * encode(photo("note.webp", (640, 480)), "JPEG"))
    flags = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    browser = launch(*flags, f"--use-file-for-fake-video-capture={film}")
    page = open_page(browser.new_context())
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("button", name="Take photo")).to_be_visible()
    seen = page.evaluate_handle("""(() => {
      const [seen, stage] = [[], document.querySelector("#photo .stage")];
      new MutationObserver(() => seen.push(stage.dataset.state)).observe(stage, { attributeFilter: ["data-state"] });
      return seen;
    })()""")
    page.get_by_role("button", name="Take photo").click()
    expect(page.locator("#reading")).to_have_text("4071")
    assert seen.json_value() == ["photo"]  # what was taken stays until it is read
    page.screenshot(path=SCREENSHOTS / "camera.png")
    browser.close()


def test_the_camera_stops_where_it_is_not_seen(launch: Callable[..., Browser], open_page: OpenPage) -> None:
    browser = launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page = open_page(browser.new_context())
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("button", name="Take photo")).to_be_visible()
    video = page.locator("#photo video").element_handle()
    tracks = video.evaluate_handle("video => video.srcObject.getTracks()")
    page.get_by_role("tab", name="Draw").click()
    page.wait_for_function("tracks => tracks.every(({ readyState }) => readyState === 'ended')", arg=tracks)
    page.get_by_role("tab", name="Photo").click()
    expect(page.get_by_role("button", name="Camera")).to_be_visible()
    browser.close()


def test_without_a_camera_the_page_says_what_to_do(photo_tab: Page) -> None:
    photo_tab.get_by_role("button", name="Camera").click()
    expect(photo_tab.locator("#photo [role=alert]")).to_contain_text("choose a photo instead")


def test_the_camera_says_where_it_needs_https(launch: Callable[..., Browser], server: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.test 127.0.0.1")
    page = browser.new_page()
    page.goto(server.replace("127.0.0.1", "digits.test") + "/#photo")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("#photo [role=alert]")).to_contain_text("only on pages with https")
    browser.close()
