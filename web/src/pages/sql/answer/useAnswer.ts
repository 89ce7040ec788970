import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { apiAddress } from "@/api/place";
import { type Problem, problemOf } from "@/api/problem";
import type { FromWorker, ToWorker } from "./messages";
import { offlineProblem } from "./offline";
import type { AnswerHead } from "./text";

/** How far a statement is. */
export type AnswerState =
  | { kind: "idle" }
  | { kind: "running"; statement: string; since: number }
  | { kind: "cancelled" }
  | { kind: "failed"; problem: Problem; body: unknown; statement: string }
  | { kind: "answered"; id: number; head: AnswerHead; statement: string };

interface Asked {
  id: number;
  statement: string;
}

/** The rows of an answer as they come out of the worker; `version` grows with each that came. */
export interface Rows {
  at: (place: number) => readonly unknown[] | undefined;
  want: (first: number, last: number) => void;
}

const PORTION = 200;
const MOST_PORTIONS = 60;

/** Ask statements one at a time, in a worker that holds the answer. */
export function useAnswer(onEnd: (statement: string) => void) {
  const [state, setState] = useState<AnswerState>({ kind: "idle" });
  const [points, setPoints] = useState<{ key: string; points: unknown[][] }>();
  const [version, setVersion] = useState(0);
  const worker = useRef<Worker>(null);
  const asked = useRef<Asked>({ id: 0, statement: "" });
  const portions = useRef(new Map<number, unknown[][] | null>());
  const ended = useRef(onEnd);
  ended.current = onEnd;

  const send = useCallback((message: ToWorker) => worker.current?.postMessage(message), []);

  useEffect(() => {
    const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.current = made;
    made.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      const { id, statement } = asked.current;
      if (data.id !== id) return;
      if (data.kind === "rows") {
        portions.current.set(data.first / PORTION, data.rows);
        setVersion((before) => before + 1);
      } else if (data.kind === "points") {
        setPoints({ key: data.columns.join(), points: data.points });
      } else {
        setState(stateAfter(data, statement));
        ended.current(statement);
      }
    });
    return () => {
      worker.current = null;
      made.terminate();
    };
  }, []);

  const ask = useCallback(
    (statement: string, asOf: string | undefined) => {
      const id = asked.current.id + 1;
      asked.current = { id, statement };
      portions.current = new Map();
      setPoints(undefined);
      setState({ kind: "running", statement, since: Date.now() });
      const body = JSON.stringify({ sql: statement, ...(asOf && { as_of: asOf }) });
      send({ kind: "ask", id, address: apiAddress("/api/v2/sql"), body });
    },
    [send],
  );

  const want = useCallback(
    (first: number, last: number) => {
      const held = portions.current;
      for (let at = Math.floor(first / PORTION); at * PORTION < last; at += 1) {
        if (held.has(at)) continue;
        if (held.size >= MOST_PORTIONS) held.delete(held.keys().next().value ?? 0);
        held.set(at, null);
        const from = at * PORTION;
        send({ kind: "rows", id: asked.current.id, first: from, last: from + PORTION });
      }
    },
    [send],
  );

  const cancel = useCallback(() => send({ kind: "cancel" }), [send]);
  const wantPoints = useCallback(
    (columns: number[], most: number) =>
      send({ kind: "points", id: asked.current.id, columns, most }),
    [send],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that came make another function
  const rows = useMemo<Rows>(
    () => ({
      at: (place) => portions.current.get(Math.floor(place / PORTION))?.[place % PORTION],
      want,
    }),
    [version, want],
  );
  return { state, ask, cancel, rows, points, wantPoints };
}

function stateAfter(
  data: Exclude<FromWorker, { kind: "rows" | "points" }>,
  statement: string,
): AnswerState {
  if (data.kind === "answer") {
    return { kind: "answered", id: data.id, head: data.head, statement };
  }
  if (data.kind === "cancelled") return { kind: "cancelled" };
  const { status, body, message } = data;
  const problem = status === 0 ? offlineProblem(message) : problemOf(status, body);
  return { kind: "failed", problem, body, statement };
}
