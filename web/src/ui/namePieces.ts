/** Letters with the marks behind them; `://` is one of these. */
const PIECES = /[^_./-]*[_./-]+|[^_./-]+/g;

/** The pieces of a name of a dataset, a job or a service between which a line may end. */
export function namePieces(name: string): string[] {
  return name.match(PIECES) ?? [];
}
