import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { styleNonce } from "@/theme/nonce";
import "./colours.css";
import { extensionOf } from "./dialect";
import type { Language } from "./languages";
import { overwriting } from "./overwriting";
import { markProblem, type PlacedProblem, problemMarks } from "./problems";
import { type CodeCatalogue, suggest } from "./suggest";
import { editorTheme } from "./theme";

/** What can be done to an editor from outside. */
export interface EditorHandle {
  /** Write a text where the cursor is, in place of what is selected. */
  insert: (text: string) => void;
  focus: () => void;
}

export interface EditorProps {
  /** What is edited, for people who cannot see it. */
  label: string;
  value: string;
  onChange?: (value: string) => void;
  language: Language;
  /** What completion offers in SQL. */
  catalogue?: CodeCatalogue | undefined;
  /** Called for Ctrl-Enter, Cmd-Enter on a Mac. */
  onRun?: () => void;
  /** What is wrong, and at which character. */
  problem?: PlacedProblem | undefined;
  hint?: string;
  minHeight?: number;
  maxHeight?: number;
  isReadOnly?: boolean;
  handle?: Ref<EditorHandle>;
}

/** The editor behind `CodeEditor`, which loads it. */
export function Editor(props: EditorProps) {
  const { label, value, language, minHeight = 160, maxHeight = 420, isReadOnly = false } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!host.current) return;
    const extensions = [
      ...always(latest),
      extensionOf(language),
      editorTheme({ minHeight, maxHeight }),
      EditorState.readOnly.of(isReadOnly),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    ];
    const doc = latest.current.value;
    const made = new EditorView({ doc, extensions, parent: host.current });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [label, language, minHeight, maxHeight, isReadOnly]);

  useEffect(() => {
    const made = view.current;
    if (made && made.state.doc.toString() !== value) {
      made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
    }
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: markProblem.of(props.problem ?? null) });
  }, [props.problem]);

  useImperativeHandle(
    props.handle,
    () => ({
      insert: (text) => {
        const made = view.current;
        if (!made) return;
        made.dispatch(made.state.replaceSelection(text));
        made.focus();
      },
      focus: () => view.current?.focus(),
    }),
    [],
  );
  return <div ref={host} />;
}

/** What every editor can do; what pages give is read when it is needed, so it may change. */
function always(latest: { current: EditorProps }): Extension[] {
  const run = () => {
    latest.current.onRun?.();
    return latest.current.onRun !== undefined;
  };
  return [
    EditorView.cspNonce.of(styleNonce()),
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    overwriting,
    highlightSelectionMatches(),
    EditorView.lineWrapping,
    syntaxHighlighting(classHighlighter),
    autocompletion({
      icons: false,
      override: [(context) => suggest(context, latest.current.language, latest.current.catalogue)],
    }),
    problemMarks,
    latest.current.hint ? placeholder(latest.current.hint) : [],
    keymap.of([
      { key: "Mod-Enter", run },
      { key: "Tab", run: acceptCompletion },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...completionKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
    }),
  ];
}
