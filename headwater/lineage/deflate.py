"""Small JSON texts made smaller, with a dictionary of what most of them have in common."""

from __future__ import annotations

import zlib
from typing import Final

_MARK: Final = b"\x01"  # no JSON text begins with it
_LEVEL: Final = 6

# What follows is part of the file format: never changed; a better one gets the next mark. The
# likeliest stands last.
_EVENT: Final = (
    b'"symlinks":"storage":"catalog":"version":"ownership":"tags":"documentation":'
    b'"lifecycleStateChange":"columnLineage":"datasetType":"outputStatistics":"inputStatistics":'
    b'"dataQualityMetrics":"dataQualityAssertions":"icebergScanReport":"icebergCommitReport":'
    b'"namespace":"postgres://bigquery awsathena://snowflake:// warehouse processed curated raw '
    b'"namespace":"arn:aws:glue:us-east-1:"name":"table/"namespace":"s3://"namespace":"file","name":"/'
    b'"sourceCodeLocation":"sourceCode":"sql":"airflow":"nominalTime":"errorMessage":'
    b'"environment-properties":"spark_properties":"spark_applicationDetails":"spark_jobDetails":'
    b'"dbt_version":"dbt_run":"dbt_node_metadata":"externalQuery":"processing_engine":"parent":'
    b'https://github.com/apache/airflow/tree/providers-openlineage/2."schemaURL":'
    b"https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python"
    b"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/dbt"
    b'#/$defs/JobEvent"#/$defs/DatasetEvent","dataset":{"facets":{'
    b'"eventType":"OTHER","eventType":"ABORT","eventType":"FAIL","eventType":"RUNNING",'
    b'{"eventTime":"2026-01-01T00:00:00.000Z","eventType":"START","inputs":[],'
    b'"job":{"facets":{"jobType":1},"name":"","namespace":"default"},"outputs":[],'
    b'"producer":"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark",'
    b'"run":{"facets":{"processing_engine":2,"spark_properties":3,"parent":4},"runId":"01a1"},'
    b'"schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}'
    b'{"eventTime":"2026-11-21T00:00:00.000000+00:00","eventType":"COMPLETE","inputs":['
    b'{"facets":{"dataSource":1,"schema":2},"name":"","namespace":""},'
    b'{"facets":{"dataSource":1,"schema":2},"inputFacets":{},"name":"","namespace":""}],'
    b'"outputs":[{"facets":{"columnLineage":1,"dataSource":2,"schema":3},"name":"",'
    b'"namespace":"","outputFacets":{"outputStatistics":4}}],'
)
_FACET: Final = (
    b'#/$defs/DatasetTypeDatasetFacet","datasetType":"TABLE","subType":"MATERIALIZED_VIEW"}'
    b'#/$defs/LifecycleStateChangeDatasetFacet","lifecycleStateChange":"OVERWRITE","'
    b'#/$defs/HierarchyDatasetFacet","hierarchy":[{"name":"","type":"DATABASE"},{"type":"SCHEMA"}'
    b'1-1-0/CatalogDatasetFacet.json#/$defs/CatalogDatasetFacet","framework":"iceberg","name":"'
    b'"warehouseUri":"s3://","metadataUri":"thrift://","source":"spark","type":"hive"}'
    b'1-0-1/StorageDatasetFacet.json#/$defs/StorageDatasetFacet","fileFormat":"parquet",'
    b'"storageLayer":"iceberg"}1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet",'
    b'"datasetVersion":"1-0-1/OwnershipDatasetFacet.json#/$defs/OwnershipDatasetFacet","owners":[{'
    b'"name":"team:","type":"OWNER"}]}1-0-0/TagsRunFacet.json#/$defs/TagsRunFacet","tags":[{"key":"'
    b'openlineage_client_version","source":"OPENLINEAGE_CLIENT","value":"1.54.0"}]}'
    b'1-0-1/DocumentationJobFacet.json#/$defs/DocumentationJobFacet","contentType":"text/markdown",'
    b'"description":"1-1-0/DocumentationDatasetFacet.json#/$defs/DocumentationDatasetFacet"'
    b'1-1-0/SourceCodeLocationJobFacet.json#/$defs/SourceCodeLocationJobFacet","branch":"main",'
    b'"repoUrl":"https://github.com/","type":"git","url":"https://github.com/","version":"'
    b'1-0-1/SourceCodeJobFacet.json#/$defs/SourceCodeJobFacet","language":"python","sourceCode":"'
    b'1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet","message":"",'
    b'"programmingLanguage":"JAVA","stackTrace":"Traceback (most recent call last):\\n  File \\"'
    b'\\n\\tat org.apache.spark.sql.execution.","message":"'
    b'"columnMetrics":{"":{"distinctCount":,"max":,"min":,"nullCount":0,"quantiles":{"0.25":'
    b'1-0-2/DataQualityMetricsInputDatasetFacet.json#/$defs/DataQualityMetricsInputDatasetFacet"'
    b'1-1-0/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet",'
    b'"assertions":[{"assertion":"not_null","column":"id","severity":"error","success":true}'
    b'1-0-1/TestRunFacet.json#/$defs/TestRunFacet","tests":[{"name":"","status":"pass"'
    b'1-0-0/InputStatisticsInputDatasetFacet.json#/$defs/InputStatisticsInputDatasetFacet",'
    b'1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet",'
    b'"fileCount":1,"rowCount":1000,"size":1-0-1/ExternalQueryRunFacet.json#/$defs/ExternalQueryRun'
    b'Facet","externalQueryId":"","source":"'
    b'1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet","nominalEndTime":"2026-01-01T00:'
    b'00:00+00:00","nominalStartTime":"2026-01-01T00:00:00+00:00"}'
    b'1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet","name":"spark",'
    b'"openlineageAdapterVersion":"1.53.0","version":"3.5.'
    b'1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet","job":{"name":"","namespace":"default"},'
    b'"root":{"job":{"name":"","namespace":"default"},"run":{"runId":"01"}},"run":{"runId":"01"}}'
    b'2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet","emissionPattern":{"eventContentMode":"'
    b'ACCUMULATIVE"},"integration":"SPARK","jobType":"SQL_JOB","processingType":"BATCH"}'
    b'1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet","dialect":"spark","query":"INSERT INTO SELECT '
    b"CREATE OR REPLACE TABLE AS (\\nselect * from left join on where group by sum(count("
    b'1-0-1/SymlinksDatasetFacet.json#/$defs/SymlinksDatasetFacet","identifiers":[{"name":"'
    b'","namespace":"arn:aws:glue:us-east-1:","type":"TABLE"}]}"type":"LOCATION"}]}'
    b'1-0-1/DatasourceDatasetFacet.json#/$defs/DatasourceDatasetFacet","name":"s3://","uri":"s3://'
    b'postgres://bigquery snowflake://"name":"file","uri":"file"}'
    b'"transformations":[{"description":"","masking":false,"subtype":"AGGREGATION","type":"DIRECT"}]'
    b'"subtype":"JOIN","type":"INDIRECT"}"subtype":"FILTER","subtype":"GROUP_BY","subtype":"SORT",'
    b'"subtype":"TRANSFORMATION","type":"DIRECT"}]}],"transformationDescription":"",'
    b'"transformationType":""},"'
    b'1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet","fields":{"id":{'
    b'"inputFields":[{"field":"id","name":"","namespace":"s3://","transformations":[{"description"'
    b':"","masking":false,"subtype":"IDENTITY","type":"DIRECT"}]},{"field":"'
    b'"type":"decimal(10,2)"},{"name":"","type":"boolean"},{"name":"date","type":"date"},{"'
    b'"ordinal_position":1,"type":"VARCHAR"},{"name":"","type":"BIGINT"},{"name":"","type":"double"'
    b'},{"name":"created_at","type":"timestamp"},{"name":"","type":"integer"},{"description":"",'
    b'"name":"","type":"text"},{"name":"id","type":"long"},{"name":"name","type":"string"}]}'
    b'{"_producer":"https://github.com/apache/airflow/tree/providers-openlineage/2.0.0",'
    b'{"_producer":"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/dbt",'
    b'{"_producer":"https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python",'
    b'{"_producer":"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark",'
    b'"_schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet","'
    b'"_schemaURL":"https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/'
    b'SchemaDatasetFacet","fields":[{"name":"id","type":"'
)


class Deflater:
    """Makes texts of one kind smaller; what would not shrink stays as it is."""

    __slots__ = ("_dictionary", "_memory", "_window")

    def __init__(self, dictionary: bytes, *, window: int, memory: int) -> None:
        self._dictionary = dictionary
        self._window = -window
        self._memory = memory

    def pack(self, plain: bytes) -> bytes:
        """Return a text behind a byte that says how it is packed, or the text itself."""
        packer = zlib.compressobj(
            _LEVEL, zlib.DEFLATED, self._window, self._memory, zdict=self._dictionary
        )
        packed = _MARK + packer.compress(plain) + packer.flush()
        return packed if len(packed) < len(plain) else plain

    def unpack(self, stored: bytes) -> bytes:
        """Return the text that `pack` was given."""
        if stored[:1] != _MARK:
            return stored
        return zlib.decompressobj(self._window, zdict=self._dictionary).decompress(stored[1:])


EVENT: Final = Deflater(_EVENT, window=12, memory=5)
FACET: Final = Deflater(_FACET, window=15, memory=8)
