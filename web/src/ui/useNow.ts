import { useEffect, useState } from "react";

const TICK_MILLISECONDS = 1_000;

/** The time, again every second while it matters; asks nobody. */
export function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (!isTicking) return;
    const ticking = setInterval(() => setNow(Date.now()), TICK_MILLISECONDS);
    return () => clearInterval(ticking);
  }, [isTicking]);
  return now;
}
