/**
 * The roles of a grid that draws only the rows in sight: these are placed, which rows of a
 * `<table>` cannot be. The grid itself has the focus and names the row that is active.
 */
export const gridRoles = {
  grid: { role: "treegrid" },
  group: { role: "rowgroup" },
  row: { role: "row" },
  cell: { role: "gridcell" },
  header: { role: "columnheader" },
} as const;
