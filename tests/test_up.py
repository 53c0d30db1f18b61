"""What an operator sees of `dojang up`: it starts, says where, keeps its data, stops cleanly."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.demo import Person
from tests.parts.product import Embedded
from tests.people import Cast


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Embedded]:
    made = Embedded(tmp_path)
    made.start()
    yield made
    made.stop()


def test_it_says_where_it_is_and_who_can_sign_in(product: Embedded) -> None:
    said = product.processes.log("up")
    assert f"Dojang is ready at {product.url}\n" in said
    assert "2025-3107" in said
    assert "eunji.oh" in said
    assert Person(product.url).request("GET", "/healthz").json() == {"status": "alive"}


def test_ctrl_c_stops_it_cleanly_and_a_second_start_keeps_all_data(product: Embedded) -> None:
    cast = Cast(product.url)
    sent = cast.send(cast.applicant())
    process = product.processes.process("up")
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert "Traceback" not in product.processes.log("up")
    product.start_again()
    assert cast.case(sent)["state"] == "in_approval"
    cast.sign_both(sent)
    assert cast.case(sent)["state"] == "at_desk"


def test_a_second_server_on_the_same_data_is_refused_with_a_sentence(product: Embedded) -> None:
    with pytest.raises(RuntimeError, match="Another Dojang serves from"):
        product.processes.run("up", "--port", "0", "--data", str(product.data))


def test_a_taken_port_is_refused_with_a_sentence(tmp_path: Path, product: Embedded) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(RuntimeError, match=f"Port {port} .*try --port"):
            product.processes.run("up", "--port", port, "--data", str(tmp_path / "other"))


def test_commands_beside_a_running_one_work(tmp_path: Path, product: Embedded) -> None:
    cast = Cast(product.url)
    seen = cast.mailbox.seen()
    product.processes.run("invite", "2024-1042")
    mail = cast.mailbox.wait(seen, lambda m: m["message"] == "invitation")
    assert f"{product.url}/invitation/" in mail["text"]
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "majors.csv").write_text("code,name_ko,name_en\nX1,새 전공,New Major\n")
    assert "majors: 1 new" in product.processes.run("import", str(folder))
    assert "majors: 0 new, 0 changed, 1 as they were" in product.processes.run(
        "import", str(folder), "--dry-run"
    )
