import { readFileSync } from "node:fs";
import type { Plugin, Rolldown } from "vite";

const ROUTER = new URL("./src/app/router.tsx", import.meta.url);
const ROUTE = /path: "([^"]+)",[^}]*?import\("@\/(pages\/[^"]+)"\)/g;
const FILE = "pages.json";

/** What a page asks before anything else where its address has no query, below the API. */
const FIRST_QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  "/": ["api/v2/overview?hours=24"],
};
const QUESTION_OF_ALL = "api/v2/session";

type Bundle = Rolldown.OutputBundle;

/**
 * Write down which files and answers each page needs beside those of every page, so that the
 * server can name them in the page itself: the browser then asks for all of them at once, and
 * not for one when it has read the other.
 */
export function pageFiles(): Plugin {
  return {
    name: "page-files",
    apply: "build",
    generateBundle(_, bundle) {
      const first = filesOf(bundle, (chunk) => chunk.isEntry);
      const pages = routes().map(([path, module]) => {
        const ofPage = filesOf(
          bundle,
          (chunk) => chunk.facadeModuleId?.endsWith(`/src/${module}.tsx`) === true,
        );
        if (ofPage.size === 0) this.error(`${FILE}: there is no chunk of ${module}`);
        const files = [...ofPage].filter((file) => !first.has(file));
        return [path, { files, asks: [QUESTION_OF_ALL, ...(FIRST_QUESTIONS[path] ?? [])] }];
      });
      if (pages.length === 0) this.error(`${FILE}: no routes in ${ROUTER.pathname}`);
      const source = JSON.stringify(Object.fromEntries(pages));
      this.emitFile({ type: "asset", fileName: FILE, source });
    },
  };
}

function routes(): [string, string][] {
  const text = readFileSync(ROUTER, "utf8");
  return [...text.matchAll(ROUTE)].map(([, path = "", module = ""]) => [path, module]);
}

/** The files of a chunk and of all that it imports at once. */
function filesOf(bundle: Bundle, isWanted: (chunk: Rolldown.OutputChunk) => boolean): Set<string> {
  const files = new Set<string>();
  const waiting = Object.values(bundle).filter((one) => one.type === "chunk" && isWanted(one));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.type !== "chunk" || files.has(next.fileName)) continue;
    files.add(next.fileName);
    for (const style of next.viteMetadata?.importedCss ?? []) files.add(style);
    for (const name of next.imports) {
      const imported = bundle[name];
      if (imported) waiting.push(imported);
    }
  }
  return files;
}
