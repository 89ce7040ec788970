import { Text, Tooltip } from "@mantine/core";
import { texts } from "@/texts";
import { momentOf, spanSince } from "./time";

/** A moment as people think of it, with the exact time behind it. */
export function Moment({ at }: { at: string | null | undefined }) {
  if (!at) return <Text span>{texts.shared.never}</Text>;
  return (
    <Tooltip label={`${momentOf(at)} (${at})`}>
      <time dateTime={at}>{spanSince(at)}</time>
    </Tooltip>
  );
}
