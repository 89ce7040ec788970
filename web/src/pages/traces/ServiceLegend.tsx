import { texts } from "@/texts";
import { ServiceMark } from "@/ui/ServiceMark";
import classes from "./traces.module.css";

/** Which pattern is which service. */
export function ServiceLegend({ services }: { services: readonly string[] }) {
  return (
    <section className={classes.legend} aria-label={texts.trace.services}>
      {services.map((name, service) => (
        <span key={name}>
          <ServiceMark service={service} />
          {name}
        </span>
      ))}
    </section>
  );
}
