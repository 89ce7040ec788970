import { useEffect, useRef, useState } from "react";

const TICK_MILLISECONDS = 1_000;

/** The time, again every second while it matters; asks nobody. */
export function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  const isFirst = useRef(true);
  useEffect(() => {
    // What has just been drawn is of now; to draw all of it again would double the work.
    if (!isFirst.current) setNow(Date.now());
    isFirst.current = false;
    if (!isTicking) return;
    const ticking = setInterval(() => setNow(Date.now()), TICK_MILLISECONDS);
    return () => clearInterval(ticking);
  }, [isTicking]);
  return now;
}
