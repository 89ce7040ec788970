import { texts } from "@/texts";
import { Subpages } from "@/ui/Subpages";

const said = texts.events;

/** Links between the pages about events. */
export function EventPages() {
  return (
    <Subpages
      label={said.pages}
      pages={[
        { to: "/events", title: said.logPage },
        { to: "/events/conformance", title: said.conformancePage },
        { to: "/events/refused", title: said.refusedPage },
      ]}
    />
  );
}
