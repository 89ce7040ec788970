"""A pipeline over pandas: columns, rows, column lineage and a nested job, told by themselves."""

from datetime import UTC, datetime

import pandas as pd

from headwater.sdk import current_run, naming, openlineage_job

SALES = naming.s3("shop", "raw/sales")
DAILY = naming.postgres("warehouse", database="shop", table="daily_sales")


@openlineage_job("shop.clean", inputs=[SALES], outputs=["clean_sales"], owners=["team:sales"])
def clean(sales: pd.DataFrame) -> pd.DataFrame:
    """Drops sales without an amount."""
    kept = sales.dropna(subset=["amount"])
    current_run().message(f"{len(sales) - len(kept)} sales have no amount")
    return kept


@openlineage_job("shop.daily", inputs=["clean_sales"], outputs=[DAILY], tags={"tier": "gold"})
def daily(sales: pd.DataFrame) -> pd.DataFrame:
    """Adds sales up by day."""
    current_run().add_column_lineage(
        DAILY, {"day": [("clean_sales", "at")], "amount": [("clean_sales", "amount")]}
    )
    days = sales.assign(day=sales["at"].dt.date)
    return days.groupby("day", as_index=False)["amount"].sum()


@openlineage_job("shop", nominal_time=datetime(2026, 5, 1, tzinfo=UTC))
def pipeline() -> pd.DataFrame:
    at = pd.to_datetime(["2026-05-01 09:00", "2026-05-01 17:30", "2026-05-02 08:00"])
    return daily(clean(pd.DataFrame({"at": at, "amount": [10.0, None, 2.5]})))


if __name__ == "__main__":
    print(pipeline())
