import { useState } from "react";
import { apiAddress } from "@/api/place";
import { texts } from "@/texts";

const said = texts.sql;

/** The making of a file, and what is said of it. */
export interface Download {
  isMaking: boolean;
  said: string | undefined;
  make: (statement: string, asOf: string) => Promise<void>;
}

/** Make a CSV file of the answer to a statement; the server writes it, to the last digit. */
export function useDownload(): Download {
  const [isMaking, setMaking] = useState(false);
  const [words, setWords] = useState<string>();
  async function make(statement: string, asOf: string): Promise<void> {
    setMaking(true);
    setWords(undefined);
    try {
      const reply = await fetch(apiAddress("/api/v2/sql", { format: "csv" }), {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "text/csv" },
        body: JSON.stringify({ sql: statement, ...(asOf && { as_of: asOf }) }),
      });
      if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
      const reason = reply.headers.get("X-Headwater-Partial");
      if (reason) setWords(said.downloadCut(reason));
      save(await reply.blob(), "answer.csv");
    } catch (error) {
      setWords(`${said.downloadFailed}: ${error instanceof Error ? error.message : error}`);
    } finally {
      setMaking(false);
    }
  }
  return { isMaking, said: words, make };
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
