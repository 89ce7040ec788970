/*
 * Asks a statement and keeps its answer: a million rows are fetched, searched and read here, so
 * that the page never stands still. The page is sent the rows that are in sight.
 */
import type { FromWorker, ToWorker } from "./messages";
import { type IndexedAnswer, indexAnswer, rowsIn } from "./text";

let held: { id: number; answer: IndexedAnswer } | undefined;
let asking: { id: number; control: AbortController } | undefined;

function tell(message: FromWorker): void {
  self.postMessage(message);
}

async function ask(id: number, address: string, body: string): Promise<void> {
  asking?.control.abort();
  const control = new AbortController();
  asking = { id, control };
  held = undefined;
  try {
    const headers = { "Content-Type": "application/json" };
    const reply = await fetch(address, { method: "POST", headers, body, signal: control.signal });
    const text = await reply.text();
    if (!reply.ok)
      tell({ kind: "problem", id, status: reply.status, body: bodyOf(text), message: "" });
    else {
      held = { id, answer: indexAnswer(text) };
      tell({ kind: "answer", id, head: held.answer.head });
    }
  } catch (error) {
    if (control.signal.aborted) tell({ kind: "cancelled", id });
    else tell({ kind: "problem", id, status: 0, body: undefined, message: String(error) });
  } finally {
    if (asking?.id === id) asking = undefined;
  }
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "ask") void ask(data.id, data.address, data.body);
  else if (data.kind === "cancel") asking?.control.abort();
  else if (held?.id !== data.id) return;
  else if (data.kind === "rows") {
    const rows = rowsIn(held.answer, data.first, data.last);
    tell({ kind: "rows", id: data.id, first: data.first, rows });
  } else {
    const { columns, most, id } = data;
    const rows = rowsIn(held.answer, 0, most);
    const points = columns.map((column) => rows.map((row) => row[column]));
    tell({ kind: "points", id, columns, points });
  }
});
