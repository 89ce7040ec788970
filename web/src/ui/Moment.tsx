import { texts } from "@/texts";
import { Tip } from "./Tip";
import { momentOf, spanSince } from "./time";

/**
 * A moment as people think of it, with the exact time behind it. Its element stays the same when
 * it is pointed at: a press on one that is replaced before the release is no click on its link.
 */
export function Moment({ at }: { at: string | null | undefined }) {
  if (!at) return <span>{texts.shared.never}</span>;
  return (
    <Tip label={() => `${momentOf(at)} (${at})`}>
      <time dateTime={at}>{spanSince(at)}</time>
    </Tip>
  );
}
