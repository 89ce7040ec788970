import type { AnswerHead } from "./text";

/** What the page asks of the worker that holds an answer. */
export type ToWorker =
  | { kind: "ask"; id: number; address: string; body: string }
  | { kind: "cancel" }
  | { kind: "rows"; id: number; first: number; last: number }
  | { kind: "points"; id: number; columns: number[]; most: number };

/** What the worker tells the page; `id` is that of the question. */
export type FromWorker =
  | { kind: "answer"; id: number; head: AnswerHead }
  | { kind: "problem"; id: number; status: number; body: unknown; message: string }
  | { kind: "cancelled"; id: number }
  | { kind: "rows"; id: number; first: number; rows: unknown[][] }
  | { kind: "points"; id: number; columns: number[]; points: unknown[][] };
