import { texts } from "@/texts";
import { Note } from "@/ui/Note";
import { ToneBadge } from "@/ui/ToneBadge";
import type { DatasetLine } from "./questions";

const said = texts.tables;

/** How the tests of the last write went. */
export function TestsOfWrite({ write }: { write: DatasetLine["last_write"] }) {
  const [passed, failed] = [write?.tests_passed ?? 0, write?.tests_failed ?? 0];
  if (passed + failed === 0) {
    return <Note isInline>{said.untested}</Note>;
  }
  return failed > 0 ? (
    <ToneBadge tone="bad">{said.failed(failed, passed + failed)}</ToneBadge>
  ) : (
    <ToneBadge tone="good">{said.passed(passed)}</ToneBadge>
  );
}
