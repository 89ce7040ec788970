-- The tables of telemetry on DuckDB. Names and columns are those of the ClickHouse exporter of the
-- OpenTelemetry collector, so that the same questions fit both. Columns below the line in a table
-- are ours, and `derived.py` fills them from the others.

CREATE TABLE IF NOT EXISTS otel_traces (
    "Timestamp" TIMESTAMP_NS NOT NULL,
    TraceId VARCHAR NOT NULL,
    SpanId VARCHAR NOT NULL,
    ParentSpanId VARCHAR NOT NULL,
    TraceState VARCHAR NOT NULL,
    SpanName VARCHAR NOT NULL,
    SpanKind VARCHAR NOT NULL,
    ServiceName VARCHAR NOT NULL,
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    SpanAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    Duration UBIGINT NOT NULL,
    StatusCode VARCHAR NOT NULL,
    StatusMessage VARCHAR NOT NULL,
    "Events.Timestamp" TIMESTAMP_NS[] NOT NULL,
    "Events.Name" VARCHAR[] NOT NULL,
    "Events.Attributes" MAP(VARCHAR, VARCHAR)[] NOT NULL,
    "Links.TraceId" VARCHAR[] NOT NULL,
    "Links.SpanId" VARCHAR[] NOT NULL,
    "Links.TraceState" VARCHAR[] NOT NULL,
    "Links.Attributes" MAP(VARCHAR, VARCHAR)[] NOT NULL,
    --
    RunId VARCHAR NOT NULL,
    Stage VARCHAR NOT NULL,
    RecordsRead UBIGINT,
    RecordsWritten UBIGINT
);

CREATE TABLE IF NOT EXISTS otel_traces_trace_id_ts (
    TraceId VARCHAR NOT NULL,
    "Start" TIMESTAMP_NS NOT NULL,
    "End" TIMESTAMP_NS NOT NULL
);

-- How runs went, as lineage knows it; kept by whoever follows its log. What is not known is NULL.
CREATE TABLE IF NOT EXISTS pipeline_runs (
    RunId VARCHAR NOT NULL,
    JobNamespace VARCHAR NOT NULL,
    JobName VARCHAR NOT NULL,
    State VARCHAR NOT NULL,
    StartedAt TIMESTAMP,
    EndedAt TIMESTAMP,
    ParentRunId VARCHAR NOT NULL,
    RecordsRead UBIGINT,
    RecordsWritten UBIGINT,
    CpuSeconds DOUBLE,
    MemoryBytes UBIGINT,
    "Sequence" UBIGINT NOT NULL
);

-- Which trace is of which run: `Source` is `attribute` when spans name the run, and `facet` when a
-- facet of the run names the trace. A row may be there more than once.
CREATE TABLE IF NOT EXISTS run_traces (
    RunId VARCHAR NOT NULL,
    TraceId VARCHAR NOT NULL,
    "Source" VARCHAR NOT NULL
);

-- Up to which sequence of lineage the runs are known.
CREATE TABLE IF NOT EXISTS followed_lineage (
    "Sequence" UBIGINT NOT NULL
);

-- Spans are counted into blocks in order of arrival. `Hash` is of a key with its value that a span
-- has in the block, 24 bits, or that its resource has, one bit more; NULL stands for any.
CREATE TABLE IF NOT EXISTS attribute_blocks (
    "Hash" UINTEGER,
    "Block" UINTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS attribute_block_times (
    "Block" UINTEGER NOT NULL,
    "Start" TIMESTAMP_NS NOT NULL,
    "End" TIMESTAMP_NS NOT NULL
);

CREATE TABLE IF NOT EXISTS otel_logs (
    "Timestamp" TIMESTAMP_NS NOT NULL,
    TraceId VARCHAR NOT NULL,
    SpanId VARCHAR NOT NULL,
    TraceFlags UTINYINT NOT NULL,
    SeverityText VARCHAR NOT NULL,
    SeverityNumber UTINYINT NOT NULL,
    ServiceName VARCHAR NOT NULL,
    Body VARCHAR NOT NULL,
    ResourceSchemaUrl VARCHAR NOT NULL,
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeSchemaUrl VARCHAR NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    ScopeAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    LogAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    EventName VARCHAR NOT NULL,
    --
    RunId VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS otel_metrics_gauge (
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ResourceSchemaUrl VARCHAR NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    ScopeAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeSchemaUrl VARCHAR NOT NULL,
    ServiceName VARCHAR NOT NULL,
    MetricName VARCHAR NOT NULL,
    MetricDescription VARCHAR NOT NULL,
    MetricUnit VARCHAR NOT NULL,
    Attributes MAP(VARCHAR, VARCHAR) NOT NULL,
    StartTimeUnix TIMESTAMP_NS NOT NULL,
    TimeUnix TIMESTAMP_NS NOT NULL,
    "Value" DOUBLE NOT NULL,
    Flags UINTEGER NOT NULL,
    "Exemplars.FilteredAttributes" MAP(VARCHAR, VARCHAR)[] NOT NULL,
    "Exemplars.TimeUnix" TIMESTAMP_NS[] NOT NULL,
    "Exemplars.Value" DOUBLE[] NOT NULL,
    "Exemplars.SpanId" VARCHAR[] NOT NULL,
    "Exemplars.TraceId" VARCHAR[] NOT NULL
);

CREATE TABLE IF NOT EXISTS otel_metrics_sum (
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ResourceSchemaUrl VARCHAR NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    ScopeAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeSchemaUrl VARCHAR NOT NULL,
    ServiceName VARCHAR NOT NULL,
    MetricName VARCHAR NOT NULL,
    MetricDescription VARCHAR NOT NULL,
    MetricUnit VARCHAR NOT NULL,
    Attributes MAP(VARCHAR, VARCHAR) NOT NULL,
    StartTimeUnix TIMESTAMP_NS NOT NULL,
    TimeUnix TIMESTAMP_NS NOT NULL,
    "Value" DOUBLE NOT NULL,
    AggregationTemporality INTEGER NOT NULL,
    IsMonotonic BOOLEAN NOT NULL,
    Flags UINTEGER NOT NULL,
    "Exemplars.FilteredAttributes" MAP(VARCHAR, VARCHAR)[] NOT NULL,
    "Exemplars.TimeUnix" TIMESTAMP_NS[] NOT NULL,
    "Exemplars.Value" DOUBLE[] NOT NULL,
    "Exemplars.SpanId" VARCHAR[] NOT NULL,
    "Exemplars.TraceId" VARCHAR[] NOT NULL
);

CREATE TABLE IF NOT EXISTS otel_metrics_histogram (
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ResourceSchemaUrl VARCHAR NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    ScopeAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeSchemaUrl VARCHAR NOT NULL,
    ServiceName VARCHAR NOT NULL,
    MetricName VARCHAR NOT NULL,
    MetricDescription VARCHAR NOT NULL,
    MetricUnit VARCHAR NOT NULL,
    Attributes MAP(VARCHAR, VARCHAR) NOT NULL,
    StartTimeUnix TIMESTAMP_NS NOT NULL,
    TimeUnix TIMESTAMP_NS NOT NULL,
    "Count" UBIGINT NOT NULL,
    "Sum" DOUBLE NOT NULL,
    BucketCounts UBIGINT[] NOT NULL,
    ExplicitBounds DOUBLE[] NOT NULL,
    "Min" DOUBLE NOT NULL,
    "Max" DOUBLE NOT NULL,
    AggregationTemporality INTEGER NOT NULL,
    Flags UINTEGER NOT NULL,
    "Exemplars.FilteredAttributes" MAP(VARCHAR, VARCHAR)[] NOT NULL,
    "Exemplars.TimeUnix" TIMESTAMP_NS[] NOT NULL,
    "Exemplars.Value" DOUBLE[] NOT NULL,
    "Exemplars.SpanId" VARCHAR[] NOT NULL,
    "Exemplars.TraceId" VARCHAR[] NOT NULL
);

CREATE TABLE IF NOT EXISTS otel_metrics_exp_histogram (
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ResourceSchemaUrl VARCHAR NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    ScopeAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeSchemaUrl VARCHAR NOT NULL,
    ServiceName VARCHAR NOT NULL,
    MetricName VARCHAR NOT NULL,
    MetricDescription VARCHAR NOT NULL,
    MetricUnit VARCHAR NOT NULL,
    Attributes MAP(VARCHAR, VARCHAR) NOT NULL,
    StartTimeUnix TIMESTAMP_NS NOT NULL,
    TimeUnix TIMESTAMP_NS NOT NULL,
    "Count" UBIGINT NOT NULL,
    "Sum" DOUBLE NOT NULL,
    Scale INTEGER NOT NULL,
    ZeroCount UBIGINT NOT NULL,
    PositiveOffset INTEGER NOT NULL,
    PositiveBucketCounts UBIGINT[] NOT NULL,
    NegativeOffset INTEGER NOT NULL,
    NegativeBucketCounts UBIGINT[] NOT NULL,
    "Min" DOUBLE NOT NULL,
    "Max" DOUBLE NOT NULL,
    AggregationTemporality INTEGER NOT NULL,
    Flags UINTEGER NOT NULL,
    "Exemplars.FilteredAttributes" MAP(VARCHAR, VARCHAR)[] NOT NULL,
    "Exemplars.TimeUnix" TIMESTAMP_NS[] NOT NULL,
    "Exemplars.Value" DOUBLE[] NOT NULL,
    "Exemplars.SpanId" VARCHAR[] NOT NULL,
    "Exemplars.TraceId" VARCHAR[] NOT NULL
);

CREATE TABLE IF NOT EXISTS otel_metrics_summary (
    ResourceAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ResourceSchemaUrl VARCHAR NOT NULL,
    ScopeName VARCHAR NOT NULL,
    ScopeVersion VARCHAR NOT NULL,
    ScopeAttributes MAP(VARCHAR, VARCHAR) NOT NULL,
    ScopeSchemaUrl VARCHAR NOT NULL,
    ServiceName VARCHAR NOT NULL,
    MetricName VARCHAR NOT NULL,
    MetricDescription VARCHAR NOT NULL,
    MetricUnit VARCHAR NOT NULL,
    Attributes MAP(VARCHAR, VARCHAR) NOT NULL,
    StartTimeUnix TIMESTAMP_NS NOT NULL,
    TimeUnix TIMESTAMP_NS NOT NULL,
    "Count" UBIGINT NOT NULL,
    "Sum" DOUBLE NOT NULL,
    "ValueAtQuantiles.Quantile" DOUBLE[] NOT NULL,
    "ValueAtQuantiles.Value" DOUBLE[] NOT NULL,
    Flags UINTEGER NOT NULL
);

-- Bodies of logs and metrics that were taken, so that one sent again within the hour adds nothing.
CREATE TABLE IF NOT EXISTS taken_requests (
    "Hash" BLOB NOT NULL,
    ReceivedAt TIMESTAMP_NS NOT NULL
);

CREATE TABLE IF NOT EXISTS store_version (
    "Version" INTEGER NOT NULL
);
