import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { texts } from "@/texts";
import { isoOf, localOf } from "@/ui/localTime";
import { type EventsSearch, readEventsSearch, WHATS } from "./address";
import classes from "./events.module.css";

const said = texts.events;

/** Which events are shown; what is chosen is in the address. */
export function EventFilters({ search }: { search: EventsSearch }) {
  const navigate = useNavigate({ from: "/events" });
  const show = (changed: Record<string, unknown>) => {
    const { after: _, ...rest } = search;
    void navigate({ search: readEventsSearch({ ...rest, ...changed }) });
  };
  return (
    <fieldset className={classes.filters} aria-label={said.filters}>
      <Words
        key={`job ${search.job}`}
        label={said.job}
        hint={said.jobHint}
        value={search.job}
        take={(job) => show({ job })}
      />
      <NativeSelect
        label={said.type}
        value={search.what ?? ""}
        onChange={(event) => show({ what: event.currentTarget.value })}
        data={[
          { value: "", label: said.anyType },
          ...WHATS.map((value) => ({ value, label: said.types[value] })),
        ]}
      />
      <TextInput
        type="datetime-local"
        label={said.since}
        value={localOf(search.since)}
        onChange={(event) => show({ since: isoOf(event.currentTarget.value) })}
      />
      <TextInput
        type="datetime-local"
        label={said.until}
        value={localOf(search.until)}
        onChange={(event) => show({ until: isoOf(event.currentTarget.value) })}
      />
      <Words
        key={`producer ${search.producer}`}
        label={said.producer}
        hint="https://…"
        value={search.producer}
        take={(producer) => show({ producer })}
      />
      <NativeSelect
        label={said.order}
        value={search.order ?? "newest"}
        onChange={(event) => show({ order: event.currentTarget.value })}
        data={[
          { value: "newest", label: said.orders.newest },
          { value: "oldest", label: said.orders.oldest },
        ]}
      />
      {Object.keys(search).length > 0 && (
        <Button variant="default" onClick={() => void navigate({ search: {} })}>
          {said.clear}
        </Button>
      )}
    </fieldset>
  );
}

interface WordsProps {
  label: string;
  hint: string;
  value: string | undefined;
  take: (words: string) => void;
}

/** A text that is taken when people press Enter or leave it. */
function Words({ label, hint, value = "", take }: WordsProps) {
  const [text, setText] = useState(value);
  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (text.trim() !== value) take(text.trim());
  }
  return (
    <form onSubmit={submit}>
      <TextInput
        label={label}
        placeholder={hint}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => submit()}
      />
    </form>
  );
}
