import { answerOf } from "./client";
import { apiAddress } from "./place";

/** Send a text as the body of a POST, byte for byte as people wrote it, and return the answer. */
export function sendText<Data>(
  path: string,
  query: Record<string, string | undefined>,
  text: string,
): Promise<Data> {
  return answerOf<Data>(async (signal) => {
    const response = await fetch(apiAddress(path, query), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: text,
      signal,
    });
    const said: unknown = await response.json().catch(() => undefined);
    return { data: said as Data, error: said, response };
  });
}
