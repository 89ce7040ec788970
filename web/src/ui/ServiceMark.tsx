import { markOf } from "./servicePatterns";
import classes from "./Waterfall.module.css";

/** A small patch in the pattern and colour of a service, by its number. */
export function ServiceMark({ service }: { service: number }) {
  const mark = markOf(service);
  return <span aria-hidden className={`${classes.mark} ${mark.className}`} style={mark.style} />;
}
