import { texts } from "@/texts";
import { Subpages } from "@/ui/Subpages";

const said = texts.ingest;

/** Links between the pages about ingest. */
export function IngestPages() {
  return (
    <Subpages
      label={said.pages}
      pages={[
        { to: "/ingest", title: said.sourcesPage },
        { to: "/ingest/quarantine", title: said.quarantinePage },
      ]}
    />
  );
}
