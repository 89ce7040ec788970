import { Tooltip } from "@mantine/core";
import { useState } from "react";
import { texts } from "@/texts";
import { momentOf, spanSince } from "./time";

/** A moment as people think of it, with the exact time behind it. */
export function Moment({ at }: { at: string | null | undefined }) {
  const [isSought, setSought] = useState(false);
  if (!at) return <span>{texts.shared.never}</span>;
  // Hundreds of moments may be on a page, and few are ever pointed at.
  const moment = (
    <time dateTime={at} onPointerEnter={() => setSought(true)}>
      {spanSince(at)}
    </time>
  );
  if (!isSought) return moment;
  return (
    <Tooltip label={`${momentOf(at)} (${at})`} defaultOpened>
      {moment}
    </Tooltip>
  );
}
