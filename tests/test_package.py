"""The project as pip installs it: a wheel in a folder of its own, run away from the checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from app_server import ROOT, start_app, wait_until_ready
from conftest import Write, about
from gradio_client import Client, handle_file
from PIL import Image

from mnist_demo import Classifier, __version__, recognize

PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
# What builds with Node's packages, and what trains, and goes on from the weights that it kept.
CHECKOUT_ONLY = (
    "mnist_demo/static/",
    "mnist_demo/training/",
    "mnist_demo/models/weights/",
    "mnist_demo/models/seeds.json",
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what the wheel holds; all that it needs is in this environment."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([*PIP, "wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*PIP, "install", "--no-deps", f"--target={folder / 'site'}", wheel], check=True)
    return folder / "site"


@pytest.fixture
def elsewhere(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no checkout, where Python finds the installed package before any other."""
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def picture(elsewhere: Path, write: Write) -> Path:
    Image.fromarray(write("12.50")).save(elsewhere / "price.png")
    return elsewhere / "price.png"


def run(*command: str | Path) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def tracked(folder: str) -> list[str]:
    return subprocess.check_output(["git", "ls-files", folder], cwd=ROOT, text=True).splitlines()


def test_all_that_reads_and_serves_is_there_and_nothing_that_wants_the_checkout(installed: Path) -> None:
    expected = {*tracked("mnist_demo"), *(f"mnist_demo/{file}" for file in tracked("models"))}
    found = {str(file.relative_to(installed)) for file in (installed / "mnist_demo").rglob("*") if file.is_file()}
    assert {file for file in found if not file.endswith(".pyc")} == {
        file for file in expected if not file.startswith(CHECKOUT_ONLY)
    }


@pytest.mark.usefixtures("elsewhere")
def test_every_module_that_is_there_can_be_imported(installed: Path) -> None:
    files = (path.relative_to(installed).with_suffix("") for path in (installed / "mnist_demo").rglob("*.py"))
    modules = [".".join(file.parts).removesuffix(".__init__") for file in files]
    assert len(modules) > 50
    run(sys.executable, "-c", f"import importlib; [importlib.import_module(name) for name in {modules}]")


@pytest.mark.usefixtures("elsewhere")
def test_it_is_the_installed_one_that_runs_and_it_tells_its_version(installed: Path) -> None:
    code = "import importlib.metadata, mnist_demo; print(mnist_demo.__file__, importlib.metadata.version('mnist-demo'))"
    assert run(sys.executable, "-c", code).split() == [str(installed / "mnist_demo" / "__init__.py"), __version__]
    assert run(installed / "bin" / "digits", "--version") == f"digits {__version__}\n"


def test_digits_reads_a_picture(installed: Path, picture: Path, classifier: Classifier) -> None:
    answer = json.loads(run(installed / "bin" / "digits", "--json", picture.name))
    assert answer == about({"file": picture.name, **recognize(picture, classifier).to_dict()})
    assert answer["text"] == "12.50"


def test_digits_page_serves_the_page_which_reads_a_picture(installed: Path, elsewhere: Path, picture: Path) -> None:
    with start_app(elsewhere / "log", root=elsewhere, script=str(installed / "bin" / "digits-page")) as app:
        wait_until_ready(app)
        client = Client(app.url, verbose=False)
        assert client.predict(handle_file(picture), api_name="/recognize")["text"] == "12.50"
        client.close()
