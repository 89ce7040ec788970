"""The OpenTelemetry Java agent on a JVM service: its spans, metrics and logs arrive."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.journey.test_first_minutes import PATIENCE_SECONDS, request, serving

AGENT = "io.opentelemetry.javaagent:opentelemetry-javaagent:2.33.1"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
SERVICE = Path(__file__).parent / "jvm" / "Orders.java"
RUN = "01890f3c-7c11-7000-8000-00000000000a"
TRACE = "5b8efff798038103d269b633813fc60c"

pytestmark = pytest.mark.timeout(1800)


class Tap:
    """Passes connections on to a server, and keeps the heads of the requests on them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self.sent = b""
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads[0].start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            one.close()

    def heads(self) -> list[dict[str, str]]:
        """Return the headers of each request, with its path."""
        found = []
        for part in self.sent.split(b"POST ")[1:]:
            first, *lines = part.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            head = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
            found.append({"path": first.split(" ")[0]} | head)
        return found

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._open += [client, server]
            for source, target, is_kept in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self._pass, args=(source, target, is_kept), daemon=True
                ).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_kept: bool) -> None:
        try:
            while part := source.recv(65_536):
                self.sent += part if is_kept else b""
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent out of Maven's repository; without Java or Maven there is nothing to test."""
    for program in ("java", "javac", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not here: apt-get install openjdk-17-jdk-headless maven")
    folder = tmp_path_factory.mktemp("agent")
    command = ["mvn", "-B", "-q", COPY, f"-Dartifact={AGENT}", f"-DoutputDirectory={folder}"]
    done = subprocess.run(command, capture_output=True, text=True)
    jars = list(folder.glob("*.jar"))
    if not jars:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"the OpenTelemetry Java agent could not be had: {done.stdout[-500:]}"
        )
    return jars[0]


@pytest.fixture(scope="module")
def tap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Tap]]:
    with serving(tmp_path_factory.mktemp("jvm") / "data") as (url, _):
        tap = Tap(url)
        yield url, tap
        tap.close()


@pytest.fixture(scope="module")
def orders(
    agent: Path, tap: tuple[str, Tap], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The service under the agent, with its usual settings but that it sends sooner."""
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-d", str(classes), str(SERVICE)], check=True)
    settings = {
        "OTEL_SERVICE_NAME": "jvm-orders",
        "OTEL_RESOURCE_ATTRIBUTES": f"openlineage.run_id={RUN}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": tap[1].url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "OTEL_BLRP_SCHEDULE_DELAY": "200",
    }
    command = ["java", f"-javaagent:{agent}", "-cp", str(classes), "Orders"]
    with subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/orders"
        process.kill()


def ask(url: str, *, until: Callable[[Any], object]) -> Any:
    deadline = time.monotonic() + 4 * PATIENCE_SECONDS
    while not until(found := request(url)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_spans_metrics_and_logs_of_a_jvm_arrive(orders: str, tap: tuple[str, Tap]) -> None:
    url, recorder = tap
    for number in range(3):
        parent = {"traceparent": f"00-{TRACE}-{number + 1:016x}-01"}
        with urlopen(Request(orders, headers=parent), timeout=PATIENCE_SECONDS) as reply:
            assert reply.read() == b"taken"

    found = ask(
        f"{url}/api/v2/traces?run={RUN}&service=jvm-orders",
        until=lambda found: sum(one["spans"] for one in found["traces"]) >= 3,
    )
    assert [one["trace_id"] for one in found["traces"]] == [TRACE]
    spans = request(f"{url}/api/v2/traces/{TRACE}")["spans"]
    assert {(one["kind"], one["attributes"]["http.route"]) for one in spans} == {
        ("server", "/orders")
    }

    logs = ask(f"{url}/api/v2/logs?trace={TRACE}", until=lambda found: len(found["logs"]) >= 3)
    assert sorted(one["body"] for one in logs["logs"]) == [f"order number {n}" for n in (1, 2, 3)]
    assert {one["span_id"] for one in logs["logs"]} == {one["span_id"] for one in spans}

    def kinds(found: Any) -> dict[str, str]:
        of_service = [one for one in found["metrics"] if one["service"] == "jvm-orders"]
        return {one["name"]: one["kind"] for one in of_service}

    measured = ask(
        f"{url}/api/v2/metrics",
        until=lambda found: (
            {"jvm.cpu.recent_utilization", "http.server.request.duration"} <= set(kinds(found))
        ),
    )
    assert kinds(measured)["http.server.request.duration"] == "histogram"
    assert kinds(measured)["jvm.cpu.recent_utilization"] == "gauge"

    heads = recorder.heads()
    assert {one["path"] for one in heads} == {"/v1/traces", "/v1/metrics", "/v1/logs"}
    ways = {
        (one["content-type"], one["content-encoding"], one.get("transfer-encoding"))
        for one in heads
    }
    assert ways == {("application/x-protobuf", "gzip", "chunked")}
