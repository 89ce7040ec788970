/** JSON laid out on lines, and on which of them the value of each JSON Pointer begins. */
export interface LaidOut {
  lines: string[];
  /** The number of a line from 0, by pointer. */
  places: ReadonlyMap<string, number>;
}

const INDENT = "  ";
const BLANK = /\s/;
const WORD = /[^\s,:[\]{}"]/;

/**
 * Lay JSON out with a member or element on each line. Tokens stay as they were written, so that no
 * digit of a number is lost. Returns null for what is no JSON.
 */
export function layOut(text: string): LaidOut | null {
  try {
    return new Layout(text).whole();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** JSON laid out for people, or the text itself where it is none. */
export function prettyJson(text: string): string {
  return layOut(text)?.lines.join("\n") ?? text;
}

/** The line of a pointer, or of the nearest value around it that is there. */
export function lineOf(places: ReadonlyMap<string, number>, pointer: string): number {
  let wanted = pointer;
  for (;;) {
    const found = places.get(wanted);
    if (found !== undefined) return found;
    if (wanted === "") return 0;
    wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf("/")));
  }
}

class Layout {
  private at = 0;
  private readonly lines = [""];
  private readonly places = new Map<string, number>();

  constructor(private readonly text: string) {}

  whole(): LaidOut {
    this.value("", "");
    this.blanks();
    if (this.at < this.text.length) throw new SyntaxError("more than one value");
    return { lines: this.lines, places: this.places };
  }

  private value(pointer: string, indent: string): void {
    this.blanks();
    this.places.set(pointer, this.lines.length - 1);
    const first = this.text[this.at];
    if (first === "{" || first === "[") this.many(first, pointer, indent);
    else if (first === '"') this.write(this.string());
    else this.write(this.word());
  }

  private many(open: "{" | "[", pointer: string, indent: string): void {
    const close = open === "{" ? "}" : "]";
    this.at += 1;
    this.write(open);
    this.blanks();
    if (this.text[this.at] === close) {
      this.at += 1;
      this.write(close);
      return;
    }
    for (let place = 0; ; place += 1) {
      this.lines.push(indent + INDENT);
      const key = open === "{" ? this.key() : String(place);
      this.value(`${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, indent + INDENT);
      this.blanks();
      const next = this.text[this.at];
      this.at += 1;
      if (next === close) break;
      if (next !== ",") throw new SyntaxError(`a comma is missing at ${this.at}`);
      this.write(",");
    }
    this.lines.push(indent + close);
  }

  private key(): string {
    this.blanks();
    const written = this.string();
    this.blanks();
    if (this.text[this.at] !== ":") throw new SyntaxError(`a colon is missing at ${this.at}`);
    this.at += 1;
    this.write(`${written}: `);
    return JSON.parse(written) as string;
  }

  private string(): string {
    const start = this.at;
    if (this.text[start] !== '"') throw new SyntaxError(`no string at ${start}`);
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const one = this.text[this.at];
      if (one === "\\") this.at += 1;
      else if (one === '"') {
        this.at += 1;
        return this.text.slice(start, this.at);
      }
    }
    throw new SyntaxError("a string does not end");
  }

  private word(): string {
    const start = this.at;
    while (this.at < this.text.length && WORD.test(this.text[this.at] ?? "")) this.at += 1;
    if (this.at === start) throw new SyntaxError(`nothing at ${start}`);
    return this.text.slice(start, this.at);
  }

  private blanks(): void {
    while (BLANK.test(this.text[this.at] ?? "x")) this.at += 1;
  }

  private write(text: string): void {
    this.lines[this.lines.length - 1] += text;
  }
}
