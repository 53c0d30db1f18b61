"""Several at once, on either database: workers share a list, the same deed ten times is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.forms.bulk import life, showing
from services.forms.bulk.worker import Bulk
from services.forms.people.demo import accounts
from shared.errors import TryLater
from shared.messages import ArchiveRequested, DocumentRequested
from tests.forms.bulk.scene import HAN_LIST, OFFICER, Scene
from tests.forms.campus import open_campus, some_id
from tests.parts.databases import DATABASES, database_url

STUDENTS = [one["id"] for one in accounts() if one["role"] == "student"]
TIMES = 10


@pytest.fixture(params=DATABASES)
def either_scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    campus = open_campus(tmp_path, database_url(request.param, request, tmp_path))
    yield Scene(campus, campus.person(OFFICER), Bulk(campus.parts))
    campus.parts.database.close()


def at_once(do: Callable[[], Any], times: int = TIMES) -> list[Any]:
    """So many threads, each going on when the database was busy."""

    def persistent(_n: int) -> Any:
        while True:
            try:
                return do()
            except TryLater:
                continue

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(persistent, range(times)))


def three_workers(scene: Scene) -> None:
    """Three workers, each until nothing is left to do."""
    workers = [Bulk(scene.campus.parts) for _ in range(3)]
    at_once(lambda: workers.pop().drain() if workers else None, 3)


def test_three_workers_share_a_list_and_nobody_gets_two(either_scene: Scene) -> None:
    scene = either_scene
    scene.send("학번\n" + "\n".join(STUDENTS))
    three_workers(scene)
    scene.worker.drain()
    may = scene.view.counts["waiting"]
    assert may + scene.view.counts["refused"] == len(STUDENTS)
    scene.do(life.start)
    requests: list[DocumentRequested] = []
    archives: list[ArchiveRequested] = []
    while scene.view.state == "issuing":
        three_workers(scene)
        said = scene.campus.said()
        new = [one for one in said if isinstance(one, DocumentRequested)]
        archives += [one for one in said if isinstance(one, ArchiveRequested)]
        scene.answer(new)
        requests += new
    assert len(requests) == len({one.application_id for one in requests}) == may
    assert len({one.facts["holder"] for one in requests}) == may
    archives += [one for one in scene.campus.said() if isinstance(one, ArchiveRequested)]
    assert len(archives) == 1


def test_a_form_sent_ten_times_at_once_is_one_list(either_scene: Scene) -> None:
    scene, sheet = either_scene, some_id()
    found = at_once(lambda: scene.send(HAN_LIST, sheet=sheet))
    assert set(found) == {sheet}
    with scene.campus.parts.database.read() as session:
        assert len(showing.lists(session, scene.campus.parts, scene.office)) == 1
        assert len(list(showing.all_entries(session, sheet))) == 2


def test_ten_starts_at_once_ask_for_each_paper_once(either_scene: Scene) -> None:
    scene = either_scene
    scene.send(HAN_LIST)
    scene.worker.drain()
    at_once(lambda: scene.do(life.start).state)
    at_once(lambda: Bulk(scene.campus.parts).drain(), 3)
    assert len(scene.asked()) == 2
    assert len(scene.applications()) == 2
