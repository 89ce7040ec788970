const PRODUCER = "https://example.com/me";

/** Commands that send the first record, lineage event and span to a server. */
export function firstCommands(server: string): { record: string; event: string; span: string } {
  const event = {
    eventType: "COMPLETE",
    eventTime: "TIME",
    run: { runId: "RUN" },
    job: { namespace: "mine", name: "first_job" },
    inputs: [{ namespace: "mine", name: "orders" }],
    outputs: [{ namespace: "mine", name: "revenue" }],
    producer: PRODUCER,
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json",
  };
  const span = {
    resourceSpans: [
      {
        resource: {
          attributes: [{ key: "service.name", value: { stringValue: "my-service" } }],
        },
        scopeSpans: [
          {
            spans: [
              {
                traceId: "TRACE",
                spanId: "SPAN",
                name: "hello",
                startTimeUnixNano: "BEGIN",
                endTimeUnixNano: "END",
              },
            ],
          },
        ],
      },
    ],
  };
  return {
    record: posted(`${server}/ingest/sensors`, `'{"room": "attic", "celsius": 24.5}'`),
    event: posted(
      `${server}/api/v1/lineage`,
      shell(event, { TIME: "$(date -u +%FT%TZ)", RUN: "$(cat /proc/sys/kernel/random/uuid)" }),
    ),
    span: posted(
      `${server}/v1/traces`,
      shell(span, {
        TRACE: "$(openssl rand -hex 16)",
        SPAN: "$(openssl rand -hex 8)",
        BEGIN: "$(date +%s)000000000",
        END: "$(date +%s)500000000",
      }),
    ),
  };
}

function posted(address: string, data: string): string {
  return `curl ${address} \\\n  -H 'Content-Type: application/json' \\\n  -d ${data}`;
}

/** JSON in single quotes of a shell, some words of it made by commands. */
function shell(body: object, made: Record<string, string>): string {
  let text = JSON.stringify(body, null, 1).replace(/\n\s*/g, " ");
  for (const [word, command] of Object.entries(made)) {
    text = text.replace(`"${word}"`, `"'"${command}"'"`);
  }
  return `'${text}'`;
}
