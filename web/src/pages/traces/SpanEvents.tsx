import { Stack, Text } from "@mantine/core";
import { texts } from "@/texts";
import { spanOf } from "@/ui/time";
import { Attributes } from "./Attributes";
import type { SpanPage } from "./questions";
import classes from "./traces.module.css";

const said = texts.trace;
const STACK = "exception.stacktrace";
const TOLD = new Set([STACK, "exception.type", "exception.message"]);

/** What happened while a span lasted; an exception with its stack. */
export function SpanEvents({ events }: { events: SpanPage["events"] }) {
  return (
    <Stack gap="xs">
      {events.map((event) => (
        <Event key={`${event.offset_ms} ${event.name}`} event={event} />
      ))}
    </Stack>
  );
}

function Event({ event }: { event: SpanPage["events"][number] }) {
  const { attributes } = event;
  const stack = attributes[STACK];
  const error = [attributes["exception.type"], attributes["exception.message"]];
  const others = Object.entries(attributes).filter(([key]) => !TOLD.has(key));
  return (
    <div>
      <Text size="sm">
        {event.name}{" "}
        <Text span c="dimmed" size="xs">
          {said.after(spanOf(event.offset_ms / 1000))}
        </Text>
      </Text>
      {error.some(Boolean) && (
        <Text size="sm" c="var(--hw-bad)" style={{ overflowWrap: "anywhere" }}>
          {error.filter(Boolean).join(": ")}
        </Text>
      )}
      {stack && (
        <details open>
          <summary className={classes.stackTitle}>{said.stack}</summary>
          <pre className={classes.stack}>{stack}</pre>
        </details>
      )}
      {others.length > 0 && <Attributes attributes={Object.fromEntries(others)} />}
    </div>
  );
}
