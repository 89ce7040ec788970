import { texts } from "@/texts";

interface Change {
  change: string;
  column: string;
  before: string | null;
  after: string | null;
}

type Say = (column: string, before: string, after: string) => string;

/** A change of a schema as a sentence. */
export function changeInWords({ change, column, before, after }: Change): string {
  const sentences: Record<string, Say> = texts.tables.changes;
  const say = sentences[change];
  return say ? say(column, before ?? "", after ?? "") : `${column}: ${change}`;
}
