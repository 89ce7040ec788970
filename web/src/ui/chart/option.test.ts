import { expect, test } from "vitest";
import { lonelyPoints, type PlotData, plotOption, tooltipText } from "./option";

const data: PlotData = {
  kind: "line",
  along: { kind: "category", values: ["x", "y"] },
  series: [
    { name: "in", values: [1, 2] },
    { name: "refused", values: [0, null], colour: "bad" },
  ],
  format: (value) => `${value} rows`,
  isStacked: false,
  isCount: false,
};

test("colours come from the theme and tooltips are drawn on the canvas", () => {
  const option = plotOption(data, (token) => `<${token}>`);
  const series = option.series as { color: string }[];
  expect(series.map((one) => one.color)).toEqual(["<series-1>", "<bad>"]);
  expect(option.tooltip).toMatchObject({ renderMode: "richText" });
});

test("a tooltip leaves out what is not known", () => {
  const given = [
    { seriesName: "in", value: ["y", 2] },
    { seriesName: "refused", value: ["y", null] },
  ];
  expect(tooltipText(data, given)).toBe("y\nin: 2 rows");
});

test("points are marked where a line alone would not show them", () => {
  expect(lonelyPoints([1, 2, null, 3, 4])).toBe(false);
  expect(lonelyPoints([1, 2, null, 3])).toBe(true);
  expect(lonelyPoints([null, null])).toBe(false);
});
