"""Events reach a server that is there, late, wrong or away, and the pipeline does not notice."""

from __future__ import annotations

import gc
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater.sdk import (
    DatasetInfo,
    InvalidConfiguration,
    Job,
    JobEvent,
    Run,
    RunEvent,
    configure,
    emit,
    flush,
    new_run_id,
    openlineage_job,
)
from headwater.sdk.delivery import Delivery, current_delivery
from headwater.sdk.outbox import Outbox

from .event_server import PATIENCE_SECONDS, Server


@openlineage_job("work", inputs=["in"], outputs=["out"])
def work(number: int = 0) -> int:
    return number


def waiting(outbox: Path) -> int:
    return sum(path.stat().st_size for path in outbox.rglob("*.outbox"))


def delivery() -> Delivery:
    found = current_delivery()
    assert found is not None
    return found


@pytest.fixture
def configured(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "secret")
    return server


def types(server: Server) -> list[str]:
    return [event["eventType"] for event in server.events()]


def test_events_go_out_in_batches_and_in_order(configured: Server, outbox: Path) -> None:
    configured.gate.clear()
    for number in range(50):
        work(number)
    configured.gate.set()
    assert flush(PATIENCE_SECONDS)
    assert types(configured) == ["START", "COMPLETE"] * 50
    assert len(configured.requests) <= 2  # what came first, and what came meanwhile
    assert configured.requests[0][1]["authorization"] == "Bearer secret"
    delivery().close()
    assert list(outbox.rglob("*.outbox")) == []


def test_events_made_by_hand_go_the_same_way(configured: Server) -> None:
    now = datetime.now(UTC)
    emit(JobEvent(time=now, job=Job(namespace="n", name="j")))
    run = RunEvent(
        time=now, type="OTHER", run=Run(id=new_run_id()), job=Job(namespace="n", name="j")
    )
    emit(run)
    assert flush(PATIENCE_SECONDS)
    assert len(configured.events()) == 2


def test_pipeline_does_not_notice_a_server_that_is_away(
    monkeypatch: pytest.MonkeyPatch, outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert [work(number) for number in range(20)] == list(range(20))
        assert flush(PATIENCE_SECONDS) is False
    delivery().close()
    assert waiting(outbox) > 20 * 500
    assert "waits in the outbox" in caplog.text
    assert len([one for one in caplog.records if "waits in the outbox" in one.message]) == 1


def test_what_waited_is_delivered_once_the_server_is_back(configured: Server, outbox: Path) -> None:
    configured.answers = [(503, {}), (500, {}), (502, {})] * 100
    work()
    assert not flush(PATIENCE_SECONDS)
    configured.answers = []
    until = time.monotonic() + PATIENCE_SECONDS
    while not flush(PATIENCE_SECONDS) and time.monotonic() < until:
        pass
    assert types(configured)[-2:] == ["START", "COMPLETE"]
    delivery().close()
    assert waiting(outbox) == 0


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([(301, {"Location": "/elsewhere"})] * 9, "redirects"),
        ([(401, {})] * 9, "set the API key"),
        ([(500, {})] * 9, "500"),
        ([(503, {"Retry-After": "30"})] * 9, "503"),
    ],
)
def test_events_wait_for_a_server_that_answers_wrongly(
    configured: Server,
    outbox: Path,
    caplog: pytest.LogCaptureFixture,
    answers: list[tuple[int, dict[str, str]]],
    said: str,
) -> None:
    configured.answers = list(answers)
    work()
    assert flush(PATIENCE_SECONDS) is False
    delivery().close()
    assert waiting(outbox) > 0
    assert said in caplog.text


def test_events_wait_for_a_server_whose_certificate_is_wrong(
    server: Server, monkeypatch: pytest.MonkeyPatch, outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url.replace("http:", "https:"))
    work()
    assert flush(PATIENCE_SECONDS) is False
    delivery().close()
    assert waiting(outbox) > 0
    assert "SSL" in caplog.text


def test_emitting_does_not_wait_for_a_server_that_hangs(
    monkeypatch: pytest.MonkeyPatch, outbox: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps({"type": "http", "url": url}))
        for number in range(100):
            work(number)
        connection, _ = silent.accept()  # it is in the middle of sending
        for number in range(100):
            work(number)
        assert flush(0.05) is False
        connection.close()
    delivery().close(0.1)
    assert waiting(outbox) > 0


def test_refused_event_is_set_aside_and_others_go_on(configured: Server, outbox: Path) -> None:
    configured.failed_events = [{"index": 0, "reason": "no such thing", "retriable": False}]
    configured.gate.clear()
    for number in range(50):
        work(number)
    configured.gate.set()
    assert flush(PATIENCE_SECONDS)
    line, *_ = next(outbox.rglob("refused.ndjson")).read_text().splitlines()
    assert json.loads(line)["reason"] == "no such thing"
    delivery().close()
    assert waiting(outbox) == 0


def test_event_that_the_server_asks_for_again_is_sent_again(configured: Server) -> None:
    configured.failed_events = [{"index": 1, "reason": "busy", "retriable": True}]
    configured.gate.clear()
    for number in range(50):
        work(number)
    configured.gate.set()  # now most of them wait, and go together
    until = time.monotonic() + PATIENCE_SECONDS
    while not flush(PATIENCE_SECONDS) and time.monotonic() < until:
        pass
    ids = [(event["run"]["runId"], event["eventType"]) for event in configured.events()]
    assert len(set(ids)) == 100
    assert len(ids) > 100


def test_forked_process_has_an_outbox_of_its_own(configured: Server, outbox: Path) -> None:
    with openlineage_job("parent"):
        work(1)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work(2)
                code = 0 if flush(PATIENCE_SECONDS) else 2
                delivery().close()
            finally:
                os._exit(code)
        assert os.waitpid(pid, 0)[1] == 0
    assert flush(PATIENCE_SECONDS)
    events = configured.events()
    by_job = [(e["job"]["name"], e["eventType"]) for e in events]
    assert sorted(by_job) == sorted(
        [
            ("parent", "START"),
            ("parent", "COMPLETE"),
            *[("work", "START"), ("work", "COMPLETE")] * 2,
        ]
    )
    parents = {
        e["run"]["facets"]["parent"]["run"]["runId"] for e in events if e["job"]["name"] == "work"
    }
    assert len(parents) == 1
    assert len({e["run"]["runId"] for e in events}) == 3


def test_every_open_run_is_given_up_at_the_end_of_the_process(configured: Server) -> None:
    job = openlineage_job("endless")
    with job:
        delivery().close()
    assert types(configured) == ["START", "ABORT"]


def test_long_runs_give_signs_of_life(configured: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_HEARTBEAT_SECONDS", "0.000001")
    heard = threading.Event()
    with openlineage_job("long"):
        until = time.monotonic() + PATIENCE_SECONDS
        while "RUNNING" not in types(configured) and time.monotonic() < until:
            delivery()._tell_long_runs()
            flush(1.0)
            heard.wait(0.01)
    assert flush(PATIENCE_SECONDS)
    assert types(configured)[:2] == ["START", "RUNNING"]
    assert types(configured)[-1] == "COMPLETE"


def test_configuration_that_cannot_be_meant_loses_no_event(
    monkeypatch: pytest.MonkeyPatch, outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "kafka")
    with caplog.at_level(logging.ERROR):
        assert work(3) == 3
    assert "kafka" in caplog.text
    assert flush(PATIENCE_SECONDS) is False
    delivery().close()
    assert waiting(outbox) > 0


def test_events_that_waited_for_a_configuration_are_sent_once_it_is_mended(
    monkeypatch: pytest.MonkeyPatch, server: Server, outbox: Path
) -> None:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "kafka")
    work()
    delivery().close()
    monkeypatch.delenv("OPENLINEAGE__TRANSPORT__TYPE")
    configure({"transport": {"type": "http", "url": server.url}})
    work()
    assert flush(PATIENCE_SECONDS)
    until = time.monotonic() + PATIENCE_SECONDS
    while waiting(outbox) > 5000 and time.monotonic() < until:
        flush(PATIENCE_SECONDS)
    assert sorted(types(server)) == ["COMPLETE"] * 2 + ["START"] * 2


def test_configure_refuses_what_cannot_be_meant() -> None:
    with pytest.raises(InvalidConfiguration, match="url"):
        configure({"transport": {"type": "http"}})


def test_program_can_configure_several_places(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "told" / "events.ndjson"
    configure(
        {
            "namespace": "given",
            "transport": {
                "type": "composite",
                "transports": {
                    "away": {"type": "http", "url": "http://127.0.0.1:9"},
                    "there": {"type": "http", "url": server.url},
                    "file": {"type": "file", "log_file_path": str(file), "append": True},
                },
            },
        }
    )
    work()
    assert flush(PATIENCE_SECONDS) is False  # one of the three is away
    assert types(server) == ["START", "COMPLETE"]
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["eventType"] for line in lines] == ["START", "COMPLETE"]
    assert lines[0]["job"]["namespace"] == "given"


def test_ten_thousand_calls_arrive_whole(configured: Server, outbox: Path) -> None:
    runs = 10_000
    for number in range(runs):
        work(number)
    assert flush(4 * PATIENCE_SECONDS)
    ids = {(event["run"]["runId"], event["eventType"]) for event in configured.events()}
    assert len(ids) == 2 * runs
    delivery().close()
    assert waiting(outbox) == 0


def test_process_of_multiprocessing_delivers_what_it_told(
    configured: Server, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "from headwater.sdk import openlineage_job\n"
        "@openlineage_job('part')\n"
        "def part(number): return number\n"
        "if __name__ == '__main__':\n"
        "    for method in ('fork', 'spawn'):\n"
        "        with openlineage_job(method):\n"
        "            with multiprocessing.get_context(method).Pool(2) as pool:\n"
        "                assert pool.map(part, range(6)) == list(range(6))\n"
        "                pool.close(); pool.join()\n"
    )
    done = subprocess.run([sys.executable, str(script)], check=False, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0
    work()  # a pool's processes may leave their files to the next
    assert flush(PATIENCE_SECONDS)
    events = [event for event in configured.events() if event["job"]["name"] == "part"]
    told = {(event["run"]["runId"], event["eventType"]) for event in events}  # some perhaps twice
    assert sorted(type_ for _, type_ in told) == ["COMPLETE"] * 12 + ["START"] * 12
    parents = [event["run"]["facets"].get("parent", {}).get("job", {}) for event in events]
    assert {parent.get("name") for parent in parents} == {"fork", None}


def test_put_does_not_wait_for_ever_for_a_lock(
    monkeypatch: pytest.MonkeyPatch, outbox: Path
) -> None:
    monkeypatch.setattr("headwater.sdk.outbox._LOCK_SECONDS", 0.01)
    from headwater.sdk.configuration import OutboxSettings

    box = Outbox("x", OutboxSettings(folder=outbox))
    with box._lock:
        box.put(b"{}")
    parcel = box.take()
    assert parcel is not None
    assert parcel.events == [b"{}"]
    box.close()


def test_delivered_runs_are_not_kept_in_memory(configured: Server) -> None:
    for number in range(100):
        work(number)
    assert flush(PATIENCE_SECONDS)
    gc.collect()
    assert delivery().runs == {}


def test_dataset_with_credentials_in_its_namespace_is_told_without_them(configured: Server) -> None:
    with openlineage_job("safe", inputs=[DatasetInfo(namespace="postgres://u:pw@h:1", name="t")]):
        pass
    assert flush(PATIENCE_SECONDS)
    text = json.dumps(configured.events())
    assert "pw@" not in text
    assert "postgres://h:1" in text
