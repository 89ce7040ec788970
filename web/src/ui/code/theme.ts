import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** How an editor looks, in the colours of tokens.css. */
export function editorTheme(size: { minHeight: number; maxHeight: number }): Extension {
  return EditorView.theme({
    "&": {
      backgroundColor: "var(--hw-surface)",
      color: "var(--hw-text)",
      border: "1px solid var(--hw-line-strong)",
      borderRadius: "4px",
      fontSize: "0.875rem",
    },
    "&.cm-focused": { outline: "2px solid var(--hw-focus)", outlineOffset: "1px" },
    ".cm-scroller": {
      fontFamily: "var(--hw-mono)",
      lineHeight: "1.55",
      minHeight: `${size.minHeight}px`,
      maxHeight: `${size.maxHeight}px`,
      overflow: "auto",
    },
    ".cm-content": { caretColor: "var(--hw-text)", minHeight: `${size.minHeight - 2}px` },
    ".cm-cursor": { borderLeftColor: "var(--hw-text)" },
    ".cm-gutters": {
      backgroundColor: "var(--hw-surface)",
      color: "var(--hw-text-soft)",
      borderRight: "1px solid var(--hw-line)",
    },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
      { backgroundColor: "var(--hw-accent-soft)" },
    ".cm-selectionMatch, .cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
      backgroundColor: "var(--hw-raised)",
      outline: "1px solid var(--hw-line-strong)",
    },
    ".cm-placeholder": { color: "var(--hw-text-soft)" },
    ".cm-problem": {
      textDecoration: "underline wavy var(--hw-bad)",
      backgroundColor: "var(--hw-bad-soft)",
    },
    ".cm-tooltip": {
      backgroundColor: "var(--hw-surface)",
      color: "var(--hw-text)",
      border: "1px solid var(--hw-line-strong)",
      borderRadius: "4px",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--hw-mono)",
      maxHeight: "16em",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
      backgroundColor: "var(--hw-accent-soft)",
      color: "var(--hw-text)",
    },
    ".cm-completionDetail": {
      fontStyle: "normal",
      color: "var(--hw-text-soft)",
      marginLeft: "1em",
    },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
    ".cm-completionInfo": { padding: "4px 8px", maxWidth: "24em", whiteSpace: "pre-wrap" },
    ".cm-panels": { backgroundColor: "var(--hw-raised)", color: "var(--hw-text)" },
    ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--hw-line)" },
    ".cm-searchMatch": { backgroundColor: "var(--hw-warn-soft)" },
    ".cm-textfield, .cm-button": {
      backgroundColor: "var(--hw-surface)",
      backgroundImage: "none",
      color: "var(--hw-text)",
      border: "1px solid var(--hw-line-strong)",
    },
  });
}
