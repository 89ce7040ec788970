import { CodeView } from "./CodeView";

const MOST_PIXELS = 640;

interface StatementViewProps {
  sql: { query: string };
  /** What statement it is, for people who cannot see it. */
  label: string;
}

/** The statement that something ran, as a part of its page. */
export function StatementView({ sql, label }: StatementViewProps) {
  return <CodeView code={sql.query} language="sql" label={label} maxHeight={MOST_PIXELS} />;
}
