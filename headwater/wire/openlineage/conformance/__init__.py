"""How far an event is what the published OpenLineage schemas say, path by path.

Nothing here refuses anything and nothing is fetched: the schemas are in `schemas.json`, and a
`$ref` or `_schemaURL` of an event is only read as text.
"""
