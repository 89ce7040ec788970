import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { texts } from "@/texts";
import type { EditorProps } from "./code/Editor";

export type { EditorHandle } from "./code/Editor";
export type { CatalogueTable, CodeCatalogue } from "./code/suggest";

const Editor = lazy(() => import("./code/Editor").then((module) => ({ default: module.Editor })));

/**
 * An editor for SQL or JSON: colours, completion, undo, search, a mark where something is wrong.
 *
 * Tab leaves it, so that nobody who uses the keyboard is caught. The editor itself is loaded when
 * the first one is shown.
 */
export function CodeEditor(props: EditorProps) {
  const height = props.minHeight ?? 160;
  return (
    <Suspense
      fallback={
        <Skeleton height={height} role="status" aria-busy aria-label={texts.shared.loading} />
      }
    >
      <Editor {...props} />
    </Suspense>
  );
}
