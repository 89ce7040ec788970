"""A process that takes records in and seals, telling each acknowledgement, until it is killed."""

from __future__ import annotations

import importlib.util
import random
import sys
import threading
from pathlib import Path

from headwater.clock import SystemClock
from headwater.model.principal import LOCAL


def main(folder: Path, conftest: Path, seed: int) -> None:
    spec = importlib.util.spec_from_file_location("ingest_stage", conftest)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ingest_stage"] = module
    spec.loader.exec_module(module)
    stage = module.open_stage(folder, clock=SystemClock())
    lock = threading.Lock()

    def write(worker: int) -> None:
        chance = random.Random(seed * 10 + worker)
        n = 0
        while True:
            n += 1
            size = chance.choice([1, 1, 1, 20])
            names = [f"{seed}-{worker}-{n}-{i}" for i in range(size)]
            records = [f'{{"n":"{name}","x":{chance.choice(["1", "1", "NaN"])}}}' for name in names]
            admission = stage.door.admit_now(
                ("[" + ",".join(records) + "]").encode(), LOCAL, source=f"s{worker}"
            )
            with lock:
                for name, id_ in zip(names, admission.ids, strict=True):
                    print(name, id_ or "rejected")
                sys.stdout.flush()

    for worker in range(3):
        threading.Thread(target=write, args=(worker,), daemon=True).start()
    while True:
        stage.sealing.seal()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
