import createClient from "openapi-fetch";
import { apiRoot } from "./place";
import { Problem, problemOf } from "./problem";
import type { paths } from "./schema";

const TIMEOUT_MILLISECONDS = 30_000;

/** The API with its types; use it through `answerOf`, which turns what goes wrong into a Problem. */
export const client = createClient<paths>({
  baseUrl: apiRoot,
  querySerializer: { array: { style: "form", explode: true } },
});

type Reply<Data> = { data?: Data; error?: unknown; response: Response };

/**
 * The body of an answer, or a thrown Problem.
 *
 *     const tables = await answerOf((signal) => client.GET("/api/v2/tables", { signal }), signal);
 */
export async function answerOf<Data>(
  ask: (signal: AbortSignal) => Promise<Reply<Data>>,
  signal?: AbortSignal,
): Promise<Data> {
  const limit = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  let reply: Reply<Data>;
  try {
    reply = await ask(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(error instanceof Error ? error.message : String(error), { status: 0 });
  }
  if (!reply.response.ok) throw problemOf(reply.response.status, reply.error);
  return reply.data as Data;
}
