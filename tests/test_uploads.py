"""What is swept of the folder for uploads, and which others are taken for what an ended process left of them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app_server import ROOT

from mnist_demo.server.uploads import KEPT_FOR, MARKER, PREFIX, remove_left_beside, sweep

KEEP = """# makes a folder for uploads, prints its path, and keeps it until the process is killed
from mnist_demo.server import make_upload_folder
print(make_upload_folder(), flush=True)
input()
"""


@contextmanager
def keeping(place: Path) -> Iterator[Path]:
    """Yield the folder, in a place, of a process that is killed at the end."""
    command = [sys.executable, "-c", KEEP]
    environment = {**os.environ, "TMPDIR": str(place)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        yield Path(process.stdout.readline().strip())
        process.kill()


def old_file(path: Path) -> Path:
    """Return a file, made if need be, that was last written an hour ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def test_folders_of_ended_processes_go_and_all_others_stay(tmp_path: Path) -> None:
    with keeping(tmp_path) as killed:
        old_file(killed / "hash" / "photo.jpg")
    home = tmp_path / "home"
    others = [old_file(tmp_path / f"{PREFIX}main" / "app.py"), old_file(home / "thesis.txt"), old_file(home / MARKER)]
    (tmp_path / f"{PREFIX}link").symlink_to(home)
    (tmp_path / f"{PREFIX}main.zip").touch()
    with keeping(tmp_path) as own, keeping(tmp_path) as beside:
        others += [old_file(beside / "hash" / "photo.jpg"), own / MARKER]
        assert killed.exists()
        remove_left_beside(own)
        assert not killed.exists()
        assert all(path.exists() for path in others)
        assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 5


def test_sweeping_leaves_the_marker(tmp_path: Path) -> None:
    for name in (MARKER, "photo.jpg"):
        old_file(tmp_path / name)
    assert sweep(tmp_path, KEPT_FOR) == 0
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


def test_sweeping_tells_how_much_is_left(tmp_path: Path) -> None:
    (tmp_path / "hash").mkdir()
    for name in ("one.jpg", "hash/two.jpg", "old.jpg"):
        (tmp_path / name).write_bytes(bytes(50))
    old_file(tmp_path / "old.jpg")
    assert sweep(tmp_path, KEPT_FOR) == 100
