"""The rooms of docs/architecture.md are those that there are, and imports go the way that it says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mnist_demo"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(PACKAGE.rglob("*.js"))
TABLE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("\n## ")[0]
ROOMS = {
    room: set(re.findall(r"`(.+?)`", imports))
    for room, imports in re.findall(r"^\| `(.+?)` \| .+ \| (.*)\|$", TABLE, re.MULTILINE)
}
HOMES = {"gradio": {"page", "app.py"}, "cv2": {"training"}, "ray": {"batch"}, "keras": {"training"}}  # of what is heavy


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    """Return the room that a module of the project is in."""
    first, *rest = [*module.split(".")[1:], ""]
    if first == "training" and rest[0] not in ("", "__main__"):
        return f"training.{rest[0]}"
    return first or "mnist_demo"


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever it does."""
    names = {name_of(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                yield module if module in names else str(node.module)


def test_the_rooms_in_the_document_are_those_that_there_are() -> None:
    assert set(ROOMS) == {room_of(name_of(path)) for path in MODULES}


def test_each_room_imports_rooms_above_it_alone() -> None:
    rooms = list(ROOMS)
    for place, (room, imports) in enumerate(ROOMS.items()):
        assert imports <= set(rooms[:place]), room


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_what_its_room_may(path: Path) -> None:
    room = room_of(name_of(path))
    rooms = {room_of(name) for name in imported(path) if name.split(".")[0] == "mnist_demo"}
    assert rooms <= ROOMS[room] | {room}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_script_imports_what_its_room_may(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    imports = re.findall(r'^import .*"(\..+)";$', path.read_text(encoding="utf-8"), re.MULTILINE)
    rooms = {(path.parent / name).resolve().relative_to(PACKAGE).parts[0] for name in imports}
    assert rooms <= ROOMS[own] | {own}


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_stays_in_its_room(library: str) -> None:
    users = {path for path in MODULES if library in {name.split(".")[0] for name in imported(path)}}
    assert {path.relative_to(PACKAGE).parts[0] for path in users} == HOMES[library]


def test_what_serves_does_not_import_training() -> None:
    for room, imports in ROOMS.items():
        assert room.startswith("training") or not any(name.startswith("training") for name in imports)
