import { thousands } from "./thousands";

const of = (count: number, one: string, many: string) =>
  count === 1 ? `1 ${one}` : `${thousands(count)} ${many}`;

/** Texts of the pages about records that come in. */
export const ingest = {
  title: "Ingest",
  about: "Where records come from, how fast, and which of them were not accepted.",
  pages: "Pages about ingest",
  sourcesPage: "Sources",
  quarantinePage: "Quarantine",

  rate: "Records per minute, last hour",
  quiet: "No record came in this hour.",
  rateOf: (source: string) => `Records of ${source} per minute, last hour`,
  accepted: "accepted",
  rejected: "rejected",

  sources: "Sources",
  source: "Source",
  records: "Records",
  recordsUnsealed: (count: string) => `${count} of them not sealed yet`,
  lastHour: "Last hour",
  rejectedHour: "Rejected, last hour",
  last: "Last record",
  schema: "Schema",
  version: (version: number) => `version ${version}`,
  proposed: "proposed",
  noSchema: "none",
  quarantined: "In quarantine",
  size: "Size",
  empty: "No record has come yet",
  emptyHint: "A source begins with its first record. Send one here, or with the command:",
  emptyCommand: "Command that sends a record",

  tryTitle: "Try a record",
  tryHint:
    "Goes to the door like anybody's record, and is kept if it is accepted. An array sends several.",
  trySource: "Source",
  trySourceHint: "Lower-case letters, digits and _; a new one begins with its first record.",
  tryRecord: "Record as JSON",
  trySend: "Send",
  trySent: (accepted: number) => `${of(accepted, "record", "records")} accepted`,
  tryRejected: (rejected: number) =>
    `${of(rejected, "record was", "records were")} not accepted; what was wrong is in quarantine`,
  tryIds: "Ids",
  tryErrors: "What is wrong",
  tryAt: (index: number, path: string) => `Record ${index + 1}${path ? `, ${path}` : ""}`,
  notJson: "This is no JSON.",
  mayNotWrite: "Your token may not write. Ask for one with the role writer.",

  part: "Part of the page",
  parts: { schema: "Schema", try: "Try a record", segments: "Segments" },
  sealed: "Sealed records",
  unsealed: "Waiting to be sealed",
  unsealedHint: "durable, in a table soon",
  sealNow: "Seal now",
  sealNothing: "Nothing waited to be sealed.",
  sealDone: (count: number) => `${of(count, "segment was", "segments were")} sealed.`,
  mayNotRun: "Sealing needs a token with the role runner.",
  tables: "A source; its tables:",

  versions: "Version",
  versionOf: (version: number, isProposed: boolean) =>
    isProposed ? `${version} (proposed)` : String(version),
  proposedTitle: "This schema is a proposal",
  proposedHint:
    "It was made of the records that came, and refuses none. Register it, changed or as it is, and from then on records that do not keep to it go into quarantine.",
  noSchemaTitle: "No schema yet",
  noSchemaHint:
    "Headwater proposes one when the first records are sealed. Or register one: records that do not keep to it go into quarantine.",
  registeredBy: (who: string) => `registered by ${who}`,
  identity: (dedupe: string, key: string) =>
    dedupe === "key" && key
      ? `records with the same ${key} are one`
      : dedupe === "hash"
        ? "records that are the same are one"
        : "every record counts",
  eventTime: (field: string) => `time of the event in ${field}`,
  column: "Column",
  field: "Field",
  type: "Type",
  required: "Required",
  yes: "yes",
  no: "no",
  newColumn: "new",
  columnsOf: (version: number) => `Columns of version ${version}`,
  schemaJson: "JSON Schema",
  newVersion: "Register a new version",
  newVersionHint:
    "Fields may be added and types widened. What would break tables downstream is refused, with what it breaks.",
  editorLabel: "New version of the schema as JSON",
  register: "Register",
  registered: (version: number) => `Version ${version} counts from now on.`,
  refused: "This version was refused; the one before still counts",
  refusedChanges: "What cannot change so",
  refusedDownstream: "What it would break",
  sameAsLatest: "It is what counts already.",

  segments: "Segments",
  segmentsHint: "The sealed files of the raw zone, the latest first.",
  noSegments: "No segment yet: records are sealed within a minute.",
  sequence: "Sequence",
  span: "From – to",
  file: "File",

  quarantineTitle: "Quarantine",
  quarantineAbout: "Records that were not accepted. They wait here until somebody fixes them.",
  quarantineEmpty: "Nothing waits in quarantine",
  quarantineEmptyHint: "Every record that came was accepted, or was fixed and replayed.",
  reasons: "Why records wait",
  reason: "Reason",
  at: "At",
  stage: "Stage",
  stages: { ingest: "at the door" } as Record<string, string>,
  unknownSource: "unknown",
  waiting: "Waiting",
  latest: "Latest",
  showOnly: "Show only these",
  showAll: "Show all",
  partialReasons: (looked: string, all: string) =>
    `Reasons are those of the first ${looked} of ${all} records.`,
  recordsOf: "Records",
  received: "Received",
  data: "Data",
  open: "Open",
  openRecord: (key: string) => `Open record ${key}`,
  more: "Next page",
  firstPage: "First page",
  replayAll: (count: number) => `Replay all ${thousands(count)}`,
  replayThese: (count: number) => `Replay these ${thousands(count)}`,
  replayAllHint:
    "Sends them in again as they are, for instance after a schema changed. What is still wrong stays.",
  replayed: (accepted: number, rejected: number) =>
    rejected === 0
      ? `${of(accepted, "record was", "records were")} accepted.`
      : `${of(accepted, "record was", "records were")} accepted; ${of(rejected, "is", "are")} still wrong and stay.`,
  chooseRecord: "Choose a record to see what is wrong with it and to fix it.",
  record: "Record",
  wrong: "What is wrong",
  dataEditor: "Data of the record",
  fixReplay: "Fix and replay",
  replayAsIs: "Replay as it is",
  accepted1: "Accepted",
  acceptedAs: (id: string) => `It has the id ${id}.`,
  stillWrong: "Still wrong",
  gone: "This record does not wait any more",
} as const;
