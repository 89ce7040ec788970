/** Texts of the pages about runs. */
export const runs = {
  title: "Runs",
} as const;
