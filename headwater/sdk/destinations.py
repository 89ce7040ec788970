"""Where the configuration sends events: for each place its name, and how to connect to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headwater.sdk.configuration import Values
from headwater.sdk.errors import InvalidConfiguration
from headwater.sdk.redaction import redact, without_credentials
from headwater.sdk.transport import Transport

if TYPE_CHECKING:
    from ssl import SSLContext

_TIMEOUT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Destination:
    """A place for events; its name has no secrets, and equal places have equal names."""

    name: str
    connect: Callable[[], Transport]
    is_durable: bool = True


def destinations(config: Values) -> list[Destination]:
    """Return the places that a `transport` section names; none for `noop`.

    Raises `InvalidConfiguration` for a section that cannot be meant.
    """
    kind = str(config.get("type", ""))
    if kind == "noop":
        return []
    if kind == "composite":
        return _composite(config)
    make = _KINDS.get(kind)
    return [_foreign(config) if make is None else make(config)]


def _http(config: Values) -> Destination:
    # What sending needs is imported here and not by the sender's thread: a process that is forked
    # while a thread imports a module can never import it.
    from importlib import import_module

    from headwater.sdk.http import DEFAULT_ENDPOINT, HttpTransport

    import_module("http.client")

    url = _needed(config, "url")
    endpoint = str(config.get("endpoint") or DEFAULT_ENDPOINT)
    auth = config.get("auth")
    if isinstance(auth, Mapping) and auth.get("type", "api_key") not in ("api_key", "apikey"):
        return _foreign(config)  # fetches and renews tokens
    name = f"http {redact(url).replace('***@', '').rstrip('/')}/{endpoint.strip('/')}"

    def connect() -> Transport:
        headers = config.get("custom_headers") or config.get("headers")
        return HttpTransport(
            url,
            endpoint=endpoint,
            api_key=_key(auth),
            timeout_seconds=float(str(config.get("timeout") or _TIMEOUT_SECONDS)),
            attempts=1,
            compress=str(config.get("compression", "")).lower() == "gzip",
            headers={str(k): str(v) for k, v in headers.items()}
            if isinstance(headers, Mapping)
            else None,
            tls=_tls(config),
        )

    return Destination(name, connect)


def _key(auth: object) -> str | None:
    if not isinstance(auth, Mapping):
        return None
    for name in ("apiKey", "api_key", "apikey"):
        if auth.get(name):
            return str(auth[name])
    return None


def _tls(config: Values) -> SSLContext | None:
    verify = config.get("verify", True)
    if verify is True or verify == "true":
        return None
    import ssl

    if isinstance(verify, str) and verify.lower() != "false":
        return ssl.create_default_context(cafile=verify)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _file(config: Values) -> Destination:
    path = _needed(config, "log_file_path")
    known = {"type", "name", "priority", "log_file_path", "append"}
    if ("://" in path and not path.startswith("file://")) or set(config) - known:
        return _foreign(config)
    append = str(config.get("append", False)).lower() == "true"

    def connect() -> Transport:
        from headwater.sdk.transports.file import FileTransport

        return FileTransport(path, append=append)

    return Destination(f"file {path}", connect)


def _console(_config: Values) -> Destination:
    def connect() -> Transport:
        from headwater.sdk.transports.console import ConsoleTransport

        return ConsoleTransport()

    return Destination("console", connect, is_durable=False)


def _kafka(config: Values) -> Destination:
    topic, settings = _needed(config, "topic"), config.get("config")
    if not isinstance(settings, Mapping):
        raise InvalidConfiguration(
            "the transport kafka has no config", hint="give it bootstrap.servers at least"
        )
    key = config.get("messageKey") or config.get("message_key") or config.get("messagekey")

    def connect() -> Transport:
        from headwater.sdk.transports.kafka import KafkaTransport

        return KafkaTransport(topic, settings, message_key=None if key is None else str(key))

    return Destination(f"kafka {topic} at {settings.get('bootstrap.servers')}", connect)


def _composite(config: Values) -> list[Destination]:
    listed = config.get("transports")
    if isinstance(listed, Mapping):
        listed = [{**each, "name": name} for name, each in listed.items() if each]
    if not isinstance(listed, list) or not listed:
        raise InvalidConfiguration(
            "the transport composite has no transports", hint="list them, or name each"
        )
    if str(config.get("sort_transports", False)).lower() == "true":
        listed = sorted(listed, key=lambda each: -float(each.get("priority") or 0))
    found = [place for each in listed for place in destinations(each)]
    on_failure, on_success = (
        str(config.get(name, True)).lower() == "true"
        for name in ("continue_on_failure", "continue_on_success")
    )
    if on_failure and on_success:
        return list({place.name: place for place in found}.values())

    def connect() -> Transport:
        from headwater.sdk.transports.composite import CompositeTransport

        transports = [place.connect() for place in found]
        return CompositeTransport(transports, after_failure=on_failure, after_success=on_success)

    return [Destination("in turn " + ", ".join(place.name for place in found), connect)]


def _foreign(config: Values) -> Destination:
    from hashlib import sha256

    kind = str(config.get("type") or "")
    if not kind:
        raise InvalidConfiguration("a transport has no type", hint="http, file, console or kafka")
    text = json.dumps(config, sort_keys=True, default=str)
    shown = without_credentials(str(config.get("url") or ""))
    name = f"openlineage-python {kind} {shown} {sha256(text.encode()).hexdigest()[:8]}"

    def connect() -> Transport:
        from headwater.sdk.transports.openlineage import OpenLineageTransport

        return OpenLineageTransport(config)

    return Destination(name, connect)


def _needed(config: Values, name: str) -> str:
    value = config.get(name)
    if not value:
        raise InvalidConfiguration(f"the transport {config.get('type')} has no {name}")
    return str(value)


_KINDS: Final[Mapping[str, Callable[[Values], Destination]]] = {
    "http": _http,
    "async_http": _http,
    "file": _file,
    "console": _console,
    "kafka": _kafka,
}
