"""Jobs in asyncio, in threads and in a sub-process, all of them children of one run."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from headwater.sdk import child_environment, openlineage_job

CHILD = """
from headwater.sdk import openlineage_job
with openlineage_job("nightly.report"):
    print("report")
"""


@openlineage_job("nightly.fetch", outputs=lambda page: f"pages.{page}")
async def fetch(page: int) -> list[dict[str, int]]:
    await asyncio.sleep(0)
    return [{"page": page, "row": row} for row in range(3)]


@openlineage_job("nightly.count", inputs=["pages.0", "pages.1"])
def count(pages: list[list[dict[str, int]]]) -> int:
    return sum(map(len, pages))


@openlineage_job("nightly")
async def nightly() -> None:
    pages = await asyncio.gather(fetch(0), fetch(1))
    with ThreadPoolExecutor() as pool:
        print(pool.submit(count, pages).result(), "rows")
    subprocess.run([sys.executable, "-c", CHILD], env=child_environment(), check=True)


if __name__ == "__main__":
    asyncio.run(nightly())
