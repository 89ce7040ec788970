import { Problem } from "@/api/problem";

/** The problem that a server does not answer at all. */
export function offlineProblem(message: string): Problem {
  return new Problem(message, { status: 0 });
}
