"""Events through any transport of openlineage-python, which is imported only for that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module

from headwater.sdk.errors import ExtraMissing, TransportError
from headwater.sdk.transport import Transport


class OpenLineageTransport(Transport):
    """Hands events to a transport of openlineage-python as the objects that it takes."""

    def __init__(self, config: Mapping[str, object]) -> None:
        try:
            self._events = import_module("openlineage.client.event_v2")
            factory = import_module("openlineage.client.transport").get_default_factory()
        except ModuleNotFoundError as error:
            raise ExtraMissing(
                f"there is no transport {config.get('type')!r} here, and openlineage-python, "
                "which may have it, is not installed",
                hint="pip install openlineage-python, or use http, file, console, kafka, composite",
            ) from error
        self._kind = str(config.get("type"))
        self._transport = factory.create(dict(config))

    def emit(self, event: bytes) -> None:
        """Hand over one event; any error of the transport means that it is not delivered."""
        said = self._object(json.loads(event))
        try:
            self._transport.emit(said)
        except BaseException as error:
            if not isinstance(error, Exception):
                raise
            raise TransportError(
                f"the transport {self._kind!r} of openlineage-python fails: {error}",
                retriable=True,
            ) from error

    def close(self) -> None:
        """Close the transport."""
        self._transport.close(5.0)

    def _object(self, said: dict[str, object]) -> object:
        kinds = self._events
        about = {"eventTime": said["eventTime"], "producer": said["producer"]}
        if "dataset" in said:
            return kinds.DatasetEvent(**about, dataset=_of(kinds.StaticDataset, said["dataset"]))
        about["job"] = _of(kinds.Job, said["job"])
        for side, kind in (("inputs", kinds.InputDataset), ("outputs", kinds.OutputDataset)):
            listed = said.get(side)
            about[side] = [_of(kind, each) for each in listed] if isinstance(listed, list) else []
        if "run" not in said:
            return kinds.JobEvent(**about)
        about["run"] = self._run(said["run"])
        about["eventType"] = kinds.RunState[str(said["eventType"])]
        return kinds.RunEvent(**about)

    def _run(self, said: object) -> object:
        """Return a run; its parent is an object too, because transports look into that."""
        run = _of(self._events.Run, said)
        facets = getattr(run, "facets", None) or {}
        named = facets.get("parent")
        if named is not None:
            kinds = import_module("openlineage.client.facet_v2").parent_run
            top = named.get("root")
            facets["parent"] = kinds.ParentRunFacet(
                run=_of(kinds.Run, named["run"]),
                job=_of(kinds.Job, named["job"]),
                root=top
                and kinds.Root(
                    run=_of(kinds.RootRun, top["run"]), job=_of(kinds.RootJob, top["job"])
                ),
            )
        return run


def _of(kind: object, members: object) -> object:
    assert callable(kind)
    assert isinstance(members, dict)
    return kind(**members)
