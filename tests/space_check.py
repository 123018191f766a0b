"""Do on this machine what a Hugging Face Space does with the project, and print what that takes.

    make space-check

Exports what git tracks to a folder that cannot be written to, makes an environment from requirements.txt alone, and
starts app.py in it with a Space's variables, all as the user that a Space has, where this one may take another's
place. Then has a drawing and a photo read over the API, installs the project's wheel into that environment, and has its
command read the drawing away from the checkout. Fails if anything is read wrong.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app_server import ROOT, wait_until_answered
from conftest import write_digits
from gradio_client import Client, handle_file
from pictures import photo
from PIL import Image

USER = 1000  # a Space's
PORT = 7860  # a Space's
SIZE_MAX = 2 * 2**30  # bytes of the environment's files
SERVED_WITHIN = 120  # seconds
VARIABLES = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/handwritten-digits",
    "SPACE_AUTHOR_NAME": "someone",
    "SPACE_REPO_NAME": "handwritten-digits",
    "SPACE_HOST": "someone-handwritten-digits.hf.space",
    "GRADIO_SERVER_NAME": "127.0.0.1",  # there 0.0.0.0; nobody else need reach it here
    "GRADIO_SERVER_PORT": str(PORT),
    "GRADIO_NUM_PORTS": "1",
    "GRADIO_ALLOW_FLAGGING": "never",
    "GRADIO_THEME": "huggingface",
    "GRADIO_SSR_MODE": "True",
    "PYTHONUNBUFFERED": "1",
    "TQDM_POSITION": "-1",
}  # https://huggingface.co/docs/hub/spaces-overview#helper-environment-variables and what Gradio Spaces add


def main() -> None:
    """Check, printing a line for each step."""
    with tempfile.TemporaryDirectory(prefix="space-") as folder:
        space, home = Path(folder, "app"), Path(folder, "home")
        Path(folder).chmod(0o755)
        home.mkdir()
        as_user = become(home)
        export(space)
        python = make_environment(space, home, as_user)
        start = time.perf_counter()
        with serve(python, space, home / "log", as_user) as url:
            client = Client(url, verbose=False)
            expect(client, home / "drawing.png", write_digits("2026"), "2026")
            print(f"cold start to the first reading: {time.perf_counter() - start:.1f} s")
            expect(client, home / "photo.png", photo("blackboard.webp"), "2963")
            client.close()
        check_package(python, Path(folder), home / "drawing.png", as_user)


def become(home: Path) -> dict[str, Any]:
    """Return what makes `subprocess` run a command as a Space's user with a home, or as ours if we are not root."""
    path = "/usr/local/bin:/usr/bin:/bin"
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    options: dict[str, Any] = {"env": {**pip, "HOME": str(home), "PATH": path}, "cwd": home}
    if os.geteuid() != 0:
        print(f"as user {os.geteuid()}; only root can be the Space's user {USER}")
        return options
    os.chown(home, USER, USER)
    return {**options, "user": USER, "group": USER, "extra_groups": []}


def export(space: Path) -> None:
    """Copy the files that git tracks, as they are staged, to a folder that cannot be written to."""
    subprocess.run(["git", "checkout-index", "--all", f"--prefix={space}/"], cwd=ROOT, check=True)
    subprocess.run(["chmod", "--recursive", "a-w,a+rX", str(space)], check=True)
    print(f"exported {sum(path.is_file() for path in space.rglob('*'))} files")


def make_environment(space: Path, home: Path, as_user: dict[str, Any]) -> Path:
    """Install requirements.txt into an environment of its own, print its size, and return its Python.

    Raises:
        RuntimeError: it is larger than it may be.
    """
    start = time.perf_counter()
    subprocess.run([find_python(as_user), "-m", "venv", "environment"], check=True, **as_user)
    python = home / "environment" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-cache-dir", f"-r{space}/requirements.txt"]
    subprocess.run(install, check=True, **as_user)
    size = sum(path.lstat().st_size for path in (home / "environment").rglob("*"))
    print(f"environment: {size / 1e9:.2f} GB, made in {time.perf_counter() - start:.0f} s")
    if size > SIZE_MAX:
        raise RuntimeError(f"the environment has more than {SIZE_MAX / 1e9:.2f} GB")
    return python


def find_python(as_user: dict[str, Any]) -> str:
    """Return a Python of our version that the user can run: ours may lie in the home of root."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    ours = Path(sys.base_prefix) / "bin" / version
    for candidate in filter(None, (str(ours), shutil.which(version, path=as_user["env"]["PATH"]))):
        try:
            subprocess.run([candidate, "-c", "import venv"], check=True, **as_user)
        except (PermissionError, subprocess.CalledProcessError):
            continue
        return candidate
    raise RuntimeError(f"user {USER} can run no {version}; install Debian's python3-venv")


@contextmanager
def serve(python: Path, space: Path, log: Path, as_user: dict[str, Any]) -> Iterator[str]:
    """Start the app as a Space does; yield its address once the page is served, and terminate it.

    What it writes goes to the log, which is printed if anything goes wrong.
    """
    as_user = {**as_user, "cwd": space, "env": {**as_user["env"], **VARIABLES}}
    with log.open("wb") as output:
        process = subprocess.Popen([python, "app.py"], stdout=output, stderr=subprocess.STDOUT, **as_user)
    try:
        url = f"http://127.0.0.1:{PORT}"
        wait_until_answered(url, process, SERVED_WITHIN)
        yield url
    except Exception:
        print(log.read_text(), file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait()


def expect(client: Client, path: Path, picture: Any, text: str) -> None:
    """Have a picture read over the API. Raises RuntimeError if it does not read the text."""
    Image.fromarray(picture).save(path)
    answer = client.predict(handle_file(path), api_name="/recognize")
    if answer.get("text") != text:
        raise RuntimeError(f"expected {path.name} to read {text}, got {json.dumps(answer)}")
    print(f"{path.name}: {text}")


def check_package(python: Path, folder: Path, drawing: Path, as_user: dict[str, Any]) -> None:
    """Install the project's wheel and have its command read a drawing. Raises RuntimeError if it reads no 2026."""
    wheel = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", str(ROOT)]
    subprocess.run([sys.executable, *wheel], check=True)
    (built,) = folder.glob("*.whl")
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-cache-dir", str(built)]
    subprocess.run(install, check=True, **as_user)
    said = subprocess.check_output([str(python.parent / "digits"), str(drawing)], text=True, **as_user)
    if said != f"{drawing}: 2026\n":
        raise RuntimeError(f"expected the installed command to read 2026, got {said}")
    print(said, end="")


if __name__ == "__main__":
    main()
