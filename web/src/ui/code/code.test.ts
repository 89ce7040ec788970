import { classHighlighter } from "@lezer/highlight";
import { describe, expect, it } from "vitest";
import { parserOf } from "./dialect";
import { languageOf } from "./languages";
import { piecesOf } from "./pieces";
import { optionsFor, tablesIn } from "./suggest";

const flights = { name: "curated.flights", columns: [{ name: "origin", type: "string" }] };
const weather = { name: "curated.weather", columns: [{ name: "temp", type: "double" }] };
const catalogue = {
  tables: [flights, weather],
  functions: [{ name: "median", signature: "median(x)", about: "The middle." }],
};

function labels(text: string): string[] {
  const word = /[\w.]*$/.exec(text)?.[0] ?? "";
  return optionsFor(word, text, text, catalogue).found.map((option) => option.label);
}

describe("completion", () => {
  it("offers tables behind FROM and nothing else", () => {
    expect(labels("SELECT * FROM cur")).toEqual(["curated.flights", "curated.weather"]);
  });

  it("offers the tables of a zone behind its dot", () => {
    expect(labels("SELECT * FROM curated.")).toEqual(["flights", "weather"]);
  });

  it("offers the columns of an alias behind its dot", () => {
    expect(labels("SELECT 1 FROM curated.flights AS f WHERE f.")).toEqual(["origin"]);
  });

  it("offers the columns of tables that the statement names, keywords and functions", () => {
    const found = labels("SELECT x FROM curated.weather w WHERE t");
    expect(found).toContain("temp");
    expect(found).toContain("GROUP");
    expect(found).toContain("median");
    expect(found).not.toContain("origin");
  });

  it("takes no keyword for an alias", () => {
    const named = tablesIn("SELECT 1 FROM curated.flights WHERE true", catalogue.tables);
    expect([...named.keys()]).toEqual(["flights"]);
  });
});

describe("colours", () => {
  it("leave the text as it is", () => {
    const code = "SELECT 'ä', 1 -- so\nFROM curated.flights";
    const pieces = piecesOf(code, parserOf("sql"), classHighlighter);
    expect(pieces.map((piece) => piece.text).join("")).toBe(code);
    expect(pieces[0]).toEqual({ from: 0, text: "SELECT", classes: "tok-keyword" });
  });

  it("are not made for plain text", () => {
    expect(piecesOf("a b", parserOf("text"), classHighlighter)).toEqual([
      { from: 0, text: "a b", classes: "" },
    ]);
  });
});

describe("a word for a language", () => {
  it("is read in any case and dialect, and is plain text otherwise", () => {
    expect(["SQL", "SparkSQL", "json", "python"].map(languageOf)).toEqual([
      "sql",
      "sql",
      "json",
      "text",
    ]);
  });
});
