"""A Ray cluster on this machine: nodes of one processor each, with addresses of their own on the loopback interface."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

RAY = str(Path(sys.executable).parent / "ray")
NODE = ["--num-cpus=1", "--object-store-memory=100000000", "--disable-usage-stats"]
# A cluster that others cannot enter, notices a dead node within 3 seconds, and works as hard as what runs beside it.
ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_worker_niceness": "0",
}


@dataclass(frozen=True)
class Node:
    """A node: the processes of a session."""

    session: int

    def kill(self) -> None:
        """End all its processes at once, as when the machine loses its power."""
        for process in _processes(self.session):
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)

    def memory(self) -> float:
        """Return the megabytes that its processes take, what they share counted once (Linux)."""
        return sum(map(_proportional_kb, _processes(self.session))) / 1000


@dataclass(frozen=True)
class Cluster:
    """A running cluster: its nodes, of which the first is the head, its address, and the environment of who joins."""

    nodes: list[Node]
    address: str
    environment: dict[str, str]


@contextmanager
def start_cluster(count: int) -> Iterator[Cluster]:
    """Start so many nodes; end them, and forget their logs, afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        address = f"127.0.0.2:{free.getsockname()[1]}"
    environment = {**os.environ, **ENVIRONMENT, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    logs = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # Ray keeps its sockets there, whose names must be short
    cluster = Cluster([], address, environment)
    try:
        start = ["--head", f"--port={address.split(':')[1]}", f"--temp-dir={logs}", "--include-dashboard=false"]
        for number in range(count):
            command = [RAY, "start", f"--node-ip-address=127.0.0.{2 + number}", *start, *NODE]
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
            ) as process:
                cluster.nodes.append(Node(process.pid))
            if process.returncode:
                raise RuntimeError(f"{' '.join(command)} failed, as it says above")
            start = [f"--address={address}"]
        yield cluster
    finally:
        for node in cluster.nodes:
            node.kill()
        shutil.rmtree(logs, ignore_errors=True)


def _processes(session: int) -> Iterator[Path]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[3]) == session:
                yield stat.parent
        except OSError:
            pass  # it has ended


def _proportional_kb(process: Path) -> int:
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
