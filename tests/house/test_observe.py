"""A log line is one JSON object that says what, for whom and in which request."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from headwater.observe import CONTEXT, LogEvent, RequestContext, configure_logging, log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    loggers = [logging.getLogger(name) for name in ("headwater", "uvicorn")]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    stream = io.StringIO()
    configure_logging("info", stream)
    yield stream
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.level, logger.propagate = handlers, level, propagate


def test_line_has_event_fields_and_context(lines: io.StringIO) -> None:
    token = CONTEXT.set(RequestContext("r1", "00-a-b-01", principal="ci", run_id="run"))
    try:
        log(LogEvent.TOKEN_CREATED, name='a "quoted"\nname')
    finally:
        CONTEXT.reset(token)
    (line,) = lines.getvalue().splitlines()
    said = json.loads(line)
    assert said["event"] == "token created"
    assert said["name"] == 'a "quoted"\nname'
    assert (said["request_id"], said["traceparent"]) == ("r1", "00-a-b-01")
    assert (said["principal"], said["run_id"]) == ("ci", "run")


def test_lower_levels_are_left_out(lines: io.StringIO) -> None:
    log(LogEvent.TOKEN_CREATED, level=logging.DEBUG)
    assert lines.getvalue() == ""


def test_what_the_http_server_warns_of_is_a_line_too(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    (line,) = lines.getvalue().splitlines()
    assert json.loads(line)["event"] == "Invalid HTTP request received."


def test_exceptions_come_with_their_trace(lines: io.StringIO) -> None:
    try:
        raise RuntimeError("why")
    except RuntimeError:
        logging.getLogger("headwater").exception(LogEvent.REQUEST_FAILED.value)
    assert "RuntimeError: why" in json.loads(lines.getvalue())["exception"]


def test_request_without_a_trace_gets_one_of_its_own_that_stays() -> None:
    one, other = RequestContext("r1"), RequestContext("r2")
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", one.traceparent)
    assert one.traceparent == one.traceparent
    assert one.traceparent != other.traceparent
