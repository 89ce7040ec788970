import { type EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** What is wrong at a character of a text, counted from 0 as JavaScript counts. */
export interface PlacedProblem {
  at: number;
  message: string;
}

/** Put the mark on another place, or take it away. */
export const markProblem = StateEffect.define<PlacedProblem | null>();

/** Underlines the word that a problem is about, until the text is changed. */
export const problemMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (effect.is(markProblem)) now = marked(transaction.state, effect.value);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function marked(state: EditorState, problem: PlacedProblem | null): DecorationSet {
  const length = state.doc.length;
  if (problem === null || length === 0) return Decoration.none;
  const at = Math.max(0, Math.min(problem.at, length - 1));
  const word = state.wordAt(at);
  const from = word?.from ?? at;
  const to = Math.max(word?.to ?? at + 1, from + 1);
  const mark = Decoration.mark({ class: "cm-problem", attributes: { title: problem.message } });
  return Decoration.set([mark.range(from, to)]);
}
