"""Rows spread over a Ray cluster of several nodes: one is killed, the driver is killed; the result is a plain run's.

`make test-neighbours` runs this in an environment that has Ray; elsewhere it is skipped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ray = pytest.importorskip("ray", reason="Ray is not installed: `make test-neighbours` makes an environment")

from ray.cluster_utils import Cluster  # noqa: E402

from assay.models import Connections, Spreading  # noqa: E402
from assay.models.cluster import RayCluster  # noqa: E402
from assay.schema import Reply, Request, Sampling, user  # noqa: E402
from commands import assay, layout, run_folder, samples  # noqa: E402
from endpoint import Endpoint, Said, said, serving  # noqa: E402
from processes import ended, started, until  # noqa: E402

pytestmark = [pytest.mark.filterwarnings("default")]  # of Ray's own

ROWS = 400
CONNECTIONS = 16
KEY = "sk-ray-must-not-write-4711"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A head that only keeps the tables, and three nodes that work."""
    there = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    for _ in range(3):
        there.add_node(num_cpus=1, num_gpus=1)  # so it says; nothing here uses one
    there.wait_for_nodes()
    try:
        yield there
    finally:
        there.shutdown()


def answer(body: dict[str, Any]) -> Said:
    """The same question has the same answer, and takes a while."""
    number = int(body["messages"][-1]["content"].split()[-1].rstrip("?"))
    reply = said("I'm sorry, but I can't help with that." if number % 3 else "Sure. Step one: take a spade.")
    reply.delay_s = 0.05
    return reply


def command(endpoint: Endpoint, folder: Path, out: str, *more: object) -> tuple[object, ...]:
    data = folder / "data"
    if not data.exists():
        layout(data, safety__misuse=[{"prompt": f"Harm number {number}?", "source": "t"} for number in range(ROWS)])
    return ("run", "openai/m", "--base-url", endpoint.url, "--data", data, "--tasks", "misuse",
            "--max-connections", CONNECTIONS, "--out", folder / out, *more)  # fmt: skip


def same(folder: Path, *outs: str) -> None:
    """Whether these runs found the same, byte for byte, each row once."""
    found = [run_folder(folder / out) for out in outs]
    assert len({(one / "result.json").read_bytes() for one in found}) == 1
    kept = [samples(one, "id, record") for one in found]
    assert all(rows == kept[0] for rows in kept) and len({id for id, _ in kept[0]}) == ROWS
    assert len({(one / "run.json").read_bytes() for one in found}) == 1


def test_a_node_is_killed_and_its_rows_go_elsewhere(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(answer) as endpoint:
        assert assay(*command(endpoint, tmp_path, "plain")).exit_code == 0
        before = len(endpoint.answered)
        environment = {**os.environ, "OPENAI_API_KEY": KEY}
        process = subprocess.Popen(
            [sys.executable, "-c", "from assay.cli import main; main()",
             *map(str, command(endpoint, tmp_path, "spread", "--ray", cluster.address))],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        until(lambda: len(endpoint.answered) - before >= ROWS // 4, process)
        cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
        code, told = ended(process)
        assert code == 0, told
        asked = Counter(body["messages"][-1]["content"] for body in endpoint.bodies[ROWS:])
        assert {header["authorization"] for header in endpoint.headers[ROWS:]} == {f"Bearer {KEY}"}
    assert len(asked) == ROWS and set(asked.values()) <= {1, 2}
    assert 0 < asked.total() - ROWS <= CONNECTIONS  # what the node had on the wire, and nothing else
    same(tmp_path, "plain", "spread")
    where = [tmp_path, Path(cluster.head_node.get_session_dir_path())]
    written = [path for folder in where for path in folder.rglob("*") if path.is_file()]
    assert written and not [path for path in written if KEY.encode() in path.read_bytes()]


def test_the_driver_is_killed_and_goes_on(cluster: Cluster, tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        assert assay(*command(endpoint, tmp_path, "plain")).exit_code == 0
        words = command(endpoint, tmp_path, "spread", "--ray", cluster.address)
        kills = 2
        for _ in range(kills):
            before = len(endpoint.answered)
            process = started(*words)
            until(lambda before=before: len(endpoint.answered) - before >= ROWS // 4, process)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            process.communicate()
        code, told = ended(started(*words))
        assert code == 0, told
        asked = Counter(body["messages"][-1]["content"] for body in endpoint.bodies[ROWS:])
        assert len(asked) == ROWS and asked.total() - ROWS <= kills * 2 * CONNECTIONS  # on the wire, being committed
        done = len(endpoint.bodies)
        assert assay(*command(endpoint, tmp_path, "spread")).exit_code == 0  # goes on without the cluster
        nowhere = command(endpoint, tmp_path, "spread", "--ray", "127.0.0.1:1")
        assert ended(started(*nowhere))[0] == 0  # and joins none where nothing is left to ask
        assert len(endpoint.bodies) == done
    same(tmp_path, "plain", "spread")


def test_interrupted_it_keeps_what_is_on_the_wire(tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        words = command(endpoint, tmp_path, "spread", "--ray", "local", "--ray-workers", 2)
        process = started(*words)
        until(lambda: len(endpoint.answered) >= ROWS // 4, process)
        process.send_signal(signal.SIGINT)
        code, told = ended(process)
        assert code == 130 and "Traceback" not in told, told
        asked = len(endpoint.bodies)
        assert asked < ROWS and ended(started(*words))[0] == 0
        assert len(endpoint.bodies) == ROWS


def test_no_cluster_at_that_address(tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        process = started(*command(endpoint, tmp_path, "spread", "--ray", "127.0.0.1:1"))
        code, told = ended(process)
    assert code == 1 and "no Ray cluster can be joined there" in told and "Traceback" not in told


# ---- local weights -------------------------------------------------------------------------------


def test_weights_are_spread_and_say_what_they_say_here(cluster: Cluster, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed here")
    pytest.importorskip("transformers", reason="transformers is not installed here")
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "align"))
    from tiny_model import main as make_tiny_model

    make_tiny_model(tmp_path / "tiny")
    name = f"hf/{tmp_path / 'tiny'}"
    requests = [Request(user(f"Is {number} a prime?"), Sampling(0.0, 8)) for number in range(24)]

    async def replies(connections: Connections) -> tuple[str, list[Reply]]:
        try:
            model = connections.model(name)
            return model.endpoint, list(await asyncio.gather(*map(model, requests)))
        finally:
            await connections.close()

    here = asyncio.run(replies(Connections()))
    there = asyncio.run(replies(Connections(spreading=Spreading(cluster.address))))
    assert there == here


def test_as_many_workers_as_there_are_machines_or_gpus(cluster: Cluster) -> None:
    async def sizes(**asked: Any) -> tuple[int, int]:
        there = RayCluster(cluster.address, **asked)
        try:
            return await there.size(weights=False), await there.size(weights=True)
        finally:
            await there.close()

    nodes = len(cluster.worker_nodes)
    assert asyncio.run(sizes()) == (nodes, nodes)
    assert asyncio.run(sizes(gpus=0.5)) == (nodes, 2 * nodes)
    assert asyncio.run(sizes(workers=7)) == (7, 7)
