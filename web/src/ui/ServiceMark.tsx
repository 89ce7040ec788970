import type { Mark } from "@/graph/services";
import { drawnAs } from "./servicePatterns";
import classes from "./Waterfall.module.css";

/** A small patch in the pattern and colour of a service. */
export function ServiceMark({ mark }: { mark: Mark }) {
  const drawn = drawnAs(mark);
  return <span aria-hidden className={`${classes.mark} ${drawn.className}`} style={drawn.style} />;
}
