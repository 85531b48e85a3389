"""The house as `docs/architecture.md` draws it, held against what the modules import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "brainsnn"
PAGE = ROOT / "docs" / "architecture.md"

#: Rooms of the repository that are installed within the package and stand outside the house.
OUTSIDE = ("analysis", "protocols")


def room_of(module: str) -> str:
    """What stands directly in the package: a folder, or a file beside them."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@cache
def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[1] not in OUTSIDE:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Modules of the package that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules() else node.module


@cache
def arrows() -> dict[str, frozenset[str]]:
    """For each room, the other rooms that it imports from.

    The package's own file only names what others hold, and asks for it when it is used.
    """
    found: dict[str, set[str]] = {room_of(module): set() for module in modules()}
    for module, path in modules().items():
        if module == "brainsnn":
            continue
        mine = room_of(module)
        found[mine] |= {room_of(name) for name in imported(path) if name in modules()} - {mine}
    return {room: frozenset(others) for room, others in found.items()}


def floors() -> dict[str, int]:
    """The floor of each room: one above the highest that it imports from."""
    known: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...]) -> int:
        assert room not in above, f"a circle: {' -> '.join((*above, room))}"
        if room not in known:
            known[room] = 1 + max((floor(r, (*above, room)) for r in arrows()[room]), default=0)
        return known[room]

    for room in arrows():
        floor(room, ())
    return known


def drawn() -> dict[str, int]:
    """The floor of each room by the page's table."""
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return {room: int(n) for n, rooms in rows for room in re.findall(r"`(\w+)`", rooms)}


def test_the_page_draws_the_house_as_it_is() -> None:
    assert drawn() == {room: n for room, n in floors().items() if room not in ("__init__",)}


def test_the_house_is_small_and_arrows_point_down() -> None:
    assert max(floors().values()) <= 10
    assert sum(map(len, arrows().values())) <= 116


def test_a_folder_holds_no_more_files_than_one_can_overlook() -> None:
    folders = {path.parent for path in modules().values()} - {HOUSE}
    crowded = {f.name: n for f in folders if (n := len(list(f.glob("*.py")))) > 15}
    assert not crowded
