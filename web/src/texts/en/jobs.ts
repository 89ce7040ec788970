/** Texts of the pages about jobs. */
export const jobs = {
  title: "Jobs",
} as const;
