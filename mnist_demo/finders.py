"""Processes that find the marks in pictures, as Python's lock lets the threads of one process do so only in turns.

Nothing here imports TensorFlow, so that the processes start quickly and are small.
"""

import multiprocessing
import os
import pickle
import signal
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue

import cv2

from mnist_demo.images import Source
from mnist_demo.recognition import find

TRIES = 2  # processes that may be killed over a picture


def find_pickled(picture: bytes) -> bytes:
    """Find the marks in a picture, or the OSError or ValueError that says why not.

    Args:
        picture: the pickle of what `mnist_demo.load_image` takes, or of an exception in the place of one.

    Returns:
        The pickle of what `recognition.find` returns or raises, or of that exception.
    """
    source = pickle.loads(picture)
    if isinstance(source, Exception):
        return picture
    try:
        return pickle.dumps(find(source), pickle.HIGHEST_PROTOCOL)
    except (OSError, ValueError) as error:
        return pickle.dumps(error)


class Finders:
    """Processes that do what `find_pickled` does, for any number of threads at once.

    Where a process is killed, another takes its place and its picture, and if that is killed too, the picture is at
    fault. They end when this one does, however it ends; an interrupt from the keyboard does not concern them.

    Attributes:
        count: how many there are: one for each core, and one that is ready when another's answer is being taken.
    """

    def __init__(self) -> None:
        """Begin to start the processes, in the background."""
        self.count = (os.cpu_count() or 1) + 1
        self._idle: SimpleQueue[_Finder] = SimpleQueue()
        for _ in range(self.count):
            self._idle.put(_Finder())
        # The processes are forks of a server, which inherits these two for them.
        os.environ.setdefault("MALLOC_TOP_PAD_", str(2**26))  # keep the memory that the next picture will need
        resource_tracker.ensure_running()  # now, as its start lets all signals in again
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        forkserver.set_forkserver_preload([__name__])
        forkserver.ensure_running()
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)

    def find_pickled(self, picture: bytes) -> bytes:
        """Do what `find_pickled` does in the next process that is idle.

        Returns:
            As `find_pickled`, or the pickle of a ChildProcessError if the picture is at fault.
        """
        finder = self._idle.get()
        try:
            return finder.find_pickled(picture)
        finally:
            self._idle.put(finder)


class _Finder:
    """One process, which starts with its first picture."""

    def __init__(self) -> None:
        self._pipe: Connection | None = None

    def find_pickled(self, picture: bytes) -> bytes:
        for _ in range(TRIES):
            self._pipe = self._pipe or _start()
            try:
                self._pipe.send_bytes(picture)
                return self._pipe.recv_bytes()
            except (EOFError, OSError):
                self._pipe.close()
                self._pipe = None
        return pickle.dumps(_killed(pickle.loads(picture)))


def _killed(source: Source) -> ChildProcessError:
    name = source if isinstance(source, str) else "the image"
    reason = "what read it was killed, perhaps for lack of memory"
    return ChildProcessError(f"{name}: {reason}. Read it alone, or shrink it.")


def _start() -> Connection:
    """Start a process that answers pictures; return the pipe to it."""
    context = multiprocessing.get_context("forkserver")  # as TensorFlow's threads forbid a plain fork
    ours, its = context.Pipe()
    context.Process(target=_answer, args=(its,), daemon=True).start()
    its.close()
    return ours


def _answer(pipe: Connection) -> None:
    """Answer pictures until the other end of the pipe is closed."""
    cv2.setNumThreads(1)  # there is a process for each core
    try:
        while True:
            pipe.send_bytes(find_pickled(pipe.recv_bytes()))
    except (EOFError, OSError):
        pass
