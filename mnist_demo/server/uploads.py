"""The folder that uploads are kept in for some minutes."""

import atexit
import fcntl
import logging
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PREFIX = "mnist-demo-"
MARKER = ".mnist-demo-uploads"  # a file in a folder that was made for uploads; others may have a name that begins so
# Within ten minutes, as docs/deployment.md says, an upload is gone.
READ_WITHIN = 8 * 60  # seconds that it can be asked about
KEPT_FOR = 9 * 60  # seconds until it is deleted; a request that began in time is done by then
SWEPT_EVERY = 10  # seconds
KEPT_MAX = 2_000_000_000  # bytes, 130 of the largest requests; at its rate one client could bring 60 GB until they go
EMPTY_FOR = 60  # seconds that a folder must be to go: Gradio makes one just before it writes to it

logger = logging.getLogger(__name__)


@dataclass
class Kept:
    """How many bytes the folder holds: those that it did when it was last swept, and what came since."""

    bytes: int = 0


kept = Kept()


def make_upload_folder() -> Path:
    """Make the folder, for this process's user alone, and have Gradio and `tempfile` write to it; return it.

    It goes when the process ends. To be called before anything of Gradio's is made, which remembers its folder.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)  # until the process ends, however it does
    (folder / MARKER).touch()
    os.environ["GRADIO_TEMP_DIR"] = tempfile.tempdir = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def has_expired(path: str) -> bool:
    """Return whether it is too late to ask about an upload: a file that may be deleted before it is read.

    Of files elsewhere nothing is told, not even whether they are there.
    """
    try:
        place, folder = Path(path).resolve(), Path(tempfile.gettempdir()).resolve()
        return place.is_relative_to(folder) and time.time() - place.stat().st_mtime > READ_WITHIN
    except (OSError, ValueError, RuntimeError):  # the last of links that lead to each other
        return False  # not there, which Gradio will say


def start_sweeping(folder: Path) -> None:
    """Sweep the folder from now on, in the background, and those that killed processes left beside it."""

    def sweep_on() -> None:
        while True:
            kept.bytes = sweep(folder, KEPT_FOR)
            remove_left_beside(folder)
            time.sleep(SWEPT_EVERY)

    threading.Thread(target=sweep_on, name="sweep-uploads", daemon=True).start()


def remove_left_beside(folder: Path) -> None:
    """Remove the folders that make_upload_folder made beside this one for processes that have ended."""
    for each in folder.parent.glob(f"{PREFIX}*"):
        try:
            remove_left(each)
        except OSError as error:  # its process runs; or it is no folder, a link, another user's, or gone
            logger.debug("not removed: %s", error)


def remove_left(folder: Path) -> None:
    """Remove a folder with the marker. Raises OSError if its process runs, or if it is no folder of this user's."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(opened).st_uid == os.getuid() and (folder / MARKER).is_file():
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    finally:
        os.close(opened)


def sweep(folder: Path, age: float) -> int:
    """Delete the files in a folder older than so many seconds, and the folders in it that are empty for EMPTY_FOR.

    Returns the bytes of the files that are left.
    """
    now, left = time.time(), 0
    for parent, _, files in os.walk(folder, topdown=False):
        for path in (Path(parent, name) for name in files):
            if path != folder / MARKER:
                left += delete_older(path, now - age)
        if Path(parent) != folder:
            remove_empty(Path(parent), now - EMPTY_FOR)
    return left


def delete_older(path: Path, before: float) -> int:
    """Delete a file last written before a time. Another may have done so, or it may be another user's.

    Returns the bytes of a file that was written later.
    """
    try:
        found = path.lstat()
        if found.st_mtime >= before:
            return found.st_size
        path.unlink()
    except OSError as error:
        logger.debug("not deleted: %s", error)
    return 0


def remove_empty(path: Path, before: float) -> None:
    """Remove a folder that is empty since a time."""
    try:
        if path.stat().st_mtime < before and not any(path.iterdir()):
            path.rmdir()
    except OSError as error:
        logger.debug("not removed: %s", error)
