import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

const ROUTER = new URL("./src/app/router.tsx", import.meta.url);
const ROUTE = /path: "([^"]+)",[^}]*?import\("@\/(pages\/[^"]+)"\)/g;
const FILE = "pages.json";

/** A question below the API; `headwater/api/asked_ahead.py` says how it is written. */
interface FirstQuestion {
  ask: string;
  /** The parameters of the page's address that change nothing of the question; null is all. */
  beside?: readonly string[] | null;
}

/**
 * What a page asks before anything else, exactly as `pages/NAME/questions.ts` has it, which a test
 * in a browser holds. An address with other parameters asks nothing ahead.
 */
const FIRST_QUESTIONS: Readonly<Record<string, FirstQuestion>> = {
  "/": { ask: "api/v2/overview?hours={hours=24}" },
  "/tables": { ask: "api/v2/datasets?zone={zone?}&namespace={namespace?}&words={words?}" },
  "/tables/table": {
    ask: "api/v2/datasets/head?namespace={namespace}&name={name}",
    beside: ["tab", "snapshot"],
  },
  "/jobs": {
    ask: "api/v2/lineage/jobs?namespace={namespace?}&words={words?}&after={after?}&state={state?}&limit=50",
  },
  "/jobs/job": { ask: "api/v2/lineage/job?namespace={namespace}&name={name}", beside: ["tab"] },
  "/runs": {
    ask: "api/v2/runs?words={words?}&namespace={namespace?}&job={job?}&after={after?}&state={state?}&limit=100",
    beside: ["fold"],
  },
  "/runs/run": {
    ask: "api/v2/runs/{id}?namespace={namespace?}&job={job?}",
    beside: ["tab"],
  },
  "/lineage": {
    ask: "api/v2/lineage/canvas?node={node?}&direction=both&depth=1&band=20",
    beside: ["show", "layers", "view", "column", "selected", "path", "wide"],
  },
  "/traces": {
    ask: "api/v2/trace-search?service={service?}&operation={operation?}&run={run?}&errors={errors?}&limit=100",
  },
  "/traces/trace": {
    ask: "api/v2/traces/{id}/outline",
    beside: ["span", "words", "from", "to", "order", "path"],
  },
  "/search": {
    ask: "api/v2/search?q={words}&kind={kind?}&namespace={namespace?}&tag={tag?}&owner={owner?}&limit=25",
  },
  "/events": {
    ask: "api/v2/events/page?order=newest&job={job?}&producer={producer?}&since={since?}&until={until?}&after={after?}",
    beside: ["sequence"],
  },
  "/sql": { ask: "api/v2/sql/catalogue", beside: ["statement"] },
  "/ingest": { ask: "api/v2/sources" },
  "/ingest/source": { ask: "api/v2/sources/source?name={name}", beside: ["part", "version"] },
};
const QUESTION_OF_ALL: FirstQuestion = { ask: "api/v2/session", beside: null };

/** The chunk of what many pages share, as `vite.config.ts` names it. */
export const PARTS = "parts";
/**
 * What every page needs is compiled while it arrives, beside the page's own thread; else each of a
 * thousand functions waits until it is called first, and is compiled while people wait.
 */
const ALL_AT_ONCE = "//# allFunctionsCalledOnLoad\n";

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
        return [path, { files, asks: asksOf(path) }];
      });
      if (pages.length === 0) this.error(`${FILE}: no routes in ${ROUTER.pathname}`);
      const source = JSON.stringify(Object.fromEntries(pages));
      this.emitFile({ type: "asset", fileName: FILE, source });
    },
    // It has to be the first line of what is written, after all others have done their part.
    writeBundle: { order: "post", handler: (options, bundle) => hint(options.dir ?? "", bundle) },
  };
}

function hint(folder: string, bundle: Bundle): void {
  for (const one of Object.values(bundle)) {
    if (one.type !== "chunk" || !(one.isEntry || one.name === PARTS)) continue;
    const path = join(folder, one.fileName);
    writeFileSync(path, ALL_AT_ONCE + readFileSync(path, "utf8"));
  }
}

/** Who is asking is a question of every page, whatever its address says. */
function asksOf(path: string): FirstQuestion[] {
  const first = FIRST_QUESTIONS[path];
  return [QUESTION_OF_ALL, ...(first ? [{ beside: [], ...first }] : [])];
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
