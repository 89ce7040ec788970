import { marksOf } from "@/graph/services";
import { texts } from "@/texts";
import { ServiceMark } from "@/ui/ServiceMark";
import classes from "./traces.module.css";

/** Which pattern is which service. */
export function ServiceLegend({ services }: { services: readonly string[] }) {
  const markOf = marksOf(services);
  return (
    <section className={classes.legend} aria-label={texts.trace.services}>
      {services.map((name) => (
        <span key={name}>
          <ServiceMark mark={markOf(name)} />
          {name}
        </span>
      ))}
    </section>
  );
}
