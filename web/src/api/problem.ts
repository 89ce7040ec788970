/** What the server says when it cannot answer (RFC 9457), or that it says nothing. */
export class Problem extends Error {
  readonly status: number;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly requestId: string | undefined;
  /** What else the answer says, such as what a refused schema would break. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    about: {
      status: number;
      hint?: unknown;
      path?: unknown;
      requestId?: unknown;
      details?: Readonly<Record<string, unknown>>;
    },
  ) {
    super(message);
    this.name = "Problem";
    this.status = about.status;
    this.hint = textOf(about.hint);
    this.path = textOf(about.path);
    this.requestId = textOf(about.requestId);
    this.details = about.details ?? {};
  }

  /** Whether the server could not be reached at all. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The problem that an answer holds; Marquez's errors have `message` and `code`. */
export function problemOf(status: number, body: unknown): Problem {
  const said = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const message = textOf(said.detail) ?? textOf(said.message) ?? textOf(said.title);
  return new Problem(message ?? `HTTP ${status}`, {
    status,
    hint: said.hint,
    path: said.path,
    requestId: said.request_id,
    details: said,
  });
}
