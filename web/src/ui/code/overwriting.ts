import { EditorView } from "@codemirror/view";

/**
 * Types over a selection by the editor's own hand.
 *
 * Left to the browser, it keeps the look of what it replaces in an inline style, which the
 * Content-Security-Policy refuses with an error in the console.
 */
export const overwriting = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    const text = event.data;
    if (event.inputType !== "insertText" || event.isComposing || !text) return false;
    if (main.empty || ranges.length > 1 || view.state.readOnly) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: "input.type" });
    const handlers = view.state.facet(EditorView.inputHandler);
    event.preventDefault();
    if (!handlers.some((handle) => handle(view, main.from, main.to, text, insert))) {
      view.dispatch(insert());
    }
    return true;
  },
});
