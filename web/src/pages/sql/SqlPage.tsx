import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { texts } from "@/texts";
import { CodeEditor, type EditorHandle } from "@/ui/CodeEditor";
import { PageHeader } from "@/ui/PageHeader";
import { MOST_SHARED, type SqlSearch } from "./address";
import { useAnswer } from "./answer/useAnswer";
import { ownHistory, remember } from "./history";
import { placeOfProblem } from "./problemPlace";
import { USAGE_KEY, useCompletion, useSqlCatalogue } from "./questions";
import { Result } from "./Result";
import { SidePanel } from "./SidePanel";
import { StatementBar } from "./StatementBar";
import classes from "./sql.module.css";

const said = texts.sql;
const route = getRouteApi("/sql");

/** Ask the lake: an editor, the answer below it, tables and earlier statements beside it. */
export function SqlPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const catalogue = useSqlCatalogue();
  const completion = useCompletion(catalogue.data);
  const editor = useRef<EditorHandle>(null);
  const [draft, setDraft] = useState(search.statement ?? "");
  const [asOf, setAsOf] = useState(search.asOf ?? "");
  const [own, setOwn] = useState(ownHistory);
  const queries = useQueryClient();
  const answer = useAnswer(
    useCallback(() => void queries.invalidateQueries({ queryKey: USAGE_KEY }), [queries]),
  );
  const { state, ask } = answer;

  // What the address says is run: when the page is opened by a link, and on the way back and forth.
  const asked = useRef("");
  const start = useCallback(
    (statement: string, time: string) => {
      asked.current = keyOf(statement, time);
      setOwn(remember(statement, new Date().toISOString()));
      ask(statement, time || undefined);
    },
    [ask],
  );
  useEffect(() => {
    const { statement, asOf: time = "" } = search;
    if (!statement || asked.current === keyOf(statement, time)) return;
    setDraft(statement);
    setAsOf(time);
    start(statement, time);
  }, [search, start]);

  const change = (changed: Partial<SqlSearch>, replace = true) =>
    void navigate({ search: { ...search, ...changed }, replace });

  function run() {
    const statement = draft.trim();
    if (statement === "") return;
    const time = asOf.trim();
    start(statement, time);
    if (statement.length > MOST_SHARED) void navigate({ search: {} });
    else void navigate({ search: { statement, ...(time && { asOf: time }), ...viewOf(search) } });
  }

  const problem = useMemo(() => {
    if (state.kind !== "failed" || state.statement !== draft.trim()) return undefined;
    const at = placeOfProblem(state.body, state.statement);
    const lead = draft.length - draft.trimStart().length;
    return at === undefined ? undefined : { at: at + lead, message: state.problem.message };
  }, [state, draft]);

  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <div className={classes.page}>
        <div className={classes.main}>
          <CodeEditor
            handle={editor}
            label={said.statement}
            hint={said.hint}
            language="sql"
            value={draft}
            onChange={setDraft}
            onRun={run}
            catalogue={completion}
            problem={problem}
            minHeight={130}
            maxHeight={360}
          />
          <StatementBar
            state={state}
            draft={draft}
            asOf={asOf}
            onAsOf={setAsOf}
            limits={catalogue.data?.limits}
            run={run}
            cancel={answer.cancel}
          />
          <Result answer={answer} search={search} change={change} catalogue={catalogue.data} />
        </div>
        <SidePanel
          catalogue={catalogue}
          own={own}
          insert={(text) => editor.current?.insert(text)}
          use={(statement) => {
            setDraft(statement);
            editor.current?.focus();
          }}
        />
      </div>
    </>
  );
}

function keyOf(statement: string, asOf: string): string {
  return `${statement}\n${asOf}`;
}

function viewOf({ view, x, y }: SqlSearch): Partial<SqlSearch> {
  return { ...(view && { view }), ...(x && { x }), ...(y && { y }) };
}
