import { describe, expect, it } from "vitest";
import { pastedOf } from "./pasted";

const RUN = "01a1ff5d-669b-7c6b-aa23-5e34f428bd34";
const TRACE = "01a1ff5d669b7c6baa235e34f428bd34";

function pages(text: string): string[] {
  return pastedOf(text).map((one) => `${one.to} ${JSON.stringify(one.search)}`);
}

describe("pastedOf", () => {
  it("takes a UUID for a run first, and hexadecimal digits for a trace first", () => {
    const run = `/runs/run {"id":"${RUN}"}`;
    const trace = `/traces/trace {"id":"${TRACE}"}`;
    expect(pages(` ${RUN.toUpperCase()} `)).toEqual([run, trace]);
    expect(pages(TRACE)).toEqual([trace, run]);
  });

  it("knows the header by which traces are passed on", () => {
    expect(pages(`00-${TRACE}-aa235e34f428bd34-01`)).toEqual([
      `/traces/trace {"id":"${TRACE}","span":"aa235e34f428bd34"}`,
    ]);
  });

  it.each([
    [
      "dataset:headwater:raw.flights",
      `/tables/table {"namespace":"headwater","name":"raw.flights"}`,
    ],
    ["job:etl:nightly", `/jobs/job {"namespace":"etl","name":"nightly"}`],
    [
      "dataset:postgres%3A%2F%2Fhost%3A5432:db.t",
      `/tables/table {"namespace":"postgres://host:5432","name":"db.t"}`,
    ],
    [
      "dataset:postgres://host:5432:db.t",
      `/tables/table {"namespace":"postgres://host:5432","name":"db.t"}`,
    ],
    [`run:${RUN}`, `/runs/run {"id":"${RUN}"}`],
  ])("reads the node %s", (text, page) => {
    expect(pages(text)).toEqual([page]);
  });

  it("leads from a column to its lineage and its table", () => {
    expect(pages("datasetField:headwater:raw.flights:tailnum")).toEqual([
      `/lineage {"node":"datasetField:headwater:raw.flights:tailnum"}`,
      `/tables/table {"namespace":"headwater","name":"raw.flights"}`,
    ]);
  });

  it("takes a name with its namespace for a table or a job", () => {
    expect(pages("s3://bucket:a/b")).toEqual([
      `/tables/table {"namespace":"s3://bucket","name":"a/b"}`,
      `/jobs/job {"namespace":"s3://bucket","name":"a/b"}`,
    ]);
  });

  it("takes a statement for SQL", () => {
    expect(pages("select 1")).toEqual([`/sql {"statement":"select 1"}`]);
  });

  it.each(["flights", "daily summary", "a:", ":b", "s3://bucket", "100%:x%"])(
    "does not make much of %s",
    (text) => {
      expect(pastedOf(text).every((one) => one.kind === "dataset" || one.kind === "job")).toBe(
        true,
      );
    },
  );
});
