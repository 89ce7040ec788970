"""A pipeline of decorated functions that ends in the way that its first argument names."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from headwater.sdk import DatasetInfo, current_run, flush, openlineage_job

ORDERS = DatasetInfo(namespace="shop", name="orders")
REVENUE = DatasetInfo(namespace="shop", name="revenue")


@openlineage_job("extract", outputs=[ORDERS])
def extract(count: int) -> list[dict[str, int]]:
    """Read orders."""
    return [{"order": number, "price": number * 2} for number in range(count)]


@openlineage_job("load", inputs=[ORDERS], outputs=[REVENUE])
def load(rows: list[dict[str, int]], how: str) -> None:
    """Write revenue."""
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "terminate":
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(240)
    if how == "exit":
        sys.exit("no more")
    if how == "hard exit":
        os._exit(7)
    if how == "hang":
        print("hanging", flush=True)
        threading.Event().wait()


@openlineage_job("pipeline")
def pipeline(how: str) -> None:
    """Read, then write."""
    load(extract(3), how)


def many(count: int, threads: int) -> None:
    """Run the pipeline over and over, on threads; say each run that is begun."""

    @openlineage_job("many", inputs=[ORDERS], outputs=[REVENUE])
    def one(number: int) -> str:
        return current_run().id

    with ThreadPoolExecutor(threads) as pool:
        for run_id in pool.map(one, range(count)):
            os.write(1, f"{run_id}\n".encode())


if __name__ == "__main__":
    if sys.argv[1] == "many":
        many(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "replay":
        with openlineage_job("replays"):
            pass
        sys.exit(0 if flush(180.0) else 1)
    else:
        pipeline(sys.argv[1])
