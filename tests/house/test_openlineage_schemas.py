"""The bundled schemas are those that the published client has classes for."""

from __future__ import annotations

import ast
import json
from importlib.resources import files

from tools.openlineage_schemas import TARGET, definitions


def test_the_bundled_schemas_are_those_of_the_installed_client():
    folder = files("openlineage.client.generated")
    modules = {
        module.name.removesuffix(".py"): ast.parse(module.read_text())
        for module in folder.iterdir()
        if module.name.endswith(".py") and module.name != "__init__.py"
    }
    bundled = json.loads(TARGET.read_text())["$defs"]
    assert definitions(modules) == bundled, "python -m tools.openlineage_schemas makes them again"


def test_every_reference_leads_to_a_definition():
    schemas = json.loads(TARGET.read_text())["$defs"]
    text = json.dumps(schemas)
    named = {part.partition('"')[0] for part in text.split('"$ref": "#/$defs/')[1:]}
    assert named <= set(schemas)
    assert "http" not in "".join(named), "nothing is to be fetched"
