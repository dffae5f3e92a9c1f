"""Workers that are killed lose nothing and double nothing; every named place in the code is tried."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.killpoints import MailPoint, Point, SendPoint

ROOT = Path(__file__).resolve().parents[2]
RUN = ("--seed", "4", "--deadlines", "30", "--kills", "14", "--seconds", "6", "--json")


def named_points() -> set[str]:
    """The points at which the code of the program calls `reached`."""
    calls = (
        node
        for file in (ROOT / "helpdesk").rglob("*.py")
        if "reached(" in (source := file.read_text("utf-8"))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reached"
    )
    return {ast.unparse(argument) for call in calls for argument in call.args}


def test_every_point_has_its_place_in_the_code() -> None:
    points = {f"{kind.__name__}.{point.name}" for kind in (Point, MailPoint, SendPoint) for point in kind}
    assert named_points() == points


def test_a_process_dies_at_its_point_and_at_no_other() -> None:
    code = (
        "from helpdesk.killpoints import Point, reached\n"
        "reached(Point.TOLD); reached(Point.CLAIMED); print('once', flush=True)\n"
        "reached(Point.CLAIMED); print('alive')"
    )
    env = {"DESK_DIES_AT": f"{Point.CLAIMED}/2", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-9, b"once\n")


@pytest.mark.slow
def test_killed_at_every_point_and_at_random_the_workers_lose_and_double_nothing() -> None:
    """A short run with a fixed seed; `make chaos-sla` is the long one."""
    done = subprocess.run(
        [sys.executable, "scripts/chaos_sla.py", *RUN], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr[-4000:]
    found = json.loads(done.stdout)
    faults = {
        name: value
        for name, value in found.items()
        if value and name.startswith(("lost_", "doubled_", "wrong_", "points_never", "workers_that"))
    }
    assert faults == {}
    assert set(found["kills"]) >= {point.value for point in Point}
    assert found["deadlines"] >= 30
