import { useSearch } from "@tanstack/react-router";
import { texts } from "@/texts";
import { PageHeader } from "@/ui/PageHeader";
import { EventPage } from "./EventPage";
import { EventPages } from "./EventPages";
import { Log } from "./Log";

const said = texts.events;

/** The log of events, or one of them. */
export function EventsPage() {
  const search = useSearch({ from: "/events" });
  if (search.sequence !== undefined) {
    return <EventPage search={search} sequence={search.sequence} />;
  }
  return (
    <>
      <PageHeader title={said.title} about={said.about} />
      <EventPages />
      <Log search={search} />
    </>
  );
}
