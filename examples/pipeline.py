"""Three decorated functions: who reads what, who writes what, and why the last one failed."""

from headwater.sdk import DatasetInfo, openlineage_job

ORDERS = DatasetInfo(namespace="shop", name="orders")
REVENUE = DatasetInfo(namespace="shop", name="revenue")


@openlineage_job(job_name="extract", description="Reads orders.", outputs=[ORDERS])
def extract():
    return [
        {"region": "north", "price": 12.5},
        {"region": "south", "price": 7.0},
        {"region": "north", "price": 30.0},
    ]


@openlineage_job(job_name="transform", inputs=[ORDERS], outputs=[REVENUE])
def transform(orders):
    """Adds prices up by region."""
    regions = sorted({order["region"] for order in orders})
    prices = {region: [o["price"] for o in orders if o["region"] == region] for region in regions}
    return [{"region": region, "revenue": sum(prices[region])} for region in regions]


@openlineage_job(job_name="load", inputs=[REVENUE])
def load(revenue):
    raise ConnectionError(f"the warehouse is away, {len(revenue)} rows are not written")


if __name__ == "__main__":
    try:
        load(transform(extract()))
    except ConnectionError as error:
        print(f"load failed: {error}")
