"""Makes the bundled OpenLineage schemas: `python -m tools.openlineage_schemas WHEEL`.

The published client `openlineage-python` (Apache-2.0) carries every published schema as a class
made from it: fields, types, which are required, formats, and the version in its URL. This reads
those classes without running them and writes the JSON Schema that they stand for, without prose,
to headwater/wire/openlineage/conformance/schemas.json. What the published schemas ask for and a
class cannot say is added (`_NOT_IN_CLASSES`). For a new version of the specification:

    pip download --no-deps openlineage-python && python -m tools.openlineage_schemas *.whl
"""

from __future__ import annotations

import ast
import json
import sys
import zipfile
from pathlib import Path
from typing import Final

Json = dict[str, object]

TARGET: Final = (
    Path(__file__).resolve().parent.parent / "headwater/wire/openlineage/conformance/schemas.json"
)
_FOLDER: Final = "openlineage/client/generated/"
_SIMPLE: Final[dict[str, Json]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "Any": {},
}
_NAMED_TOGETHER: Final[Json] = {"dependentRequired": {"name": ["namespace"], "namespace": ["name"]}}
_NOT_IN_CLASSES: Final[dict[str, Json]] = {
    "lineage.LineageJobEntry": _NAMED_TOGETHER,
    "lineage.LineageJobInput": _NAMED_TOGETHER,
}
_LEAST: Final = {("job_type_job.EmissionPattern", "windowDuration"): 1}
_FORMATS: Final = {"UUID": "uuid", "isoparse": "date-time", "urlparse": "uri"}


def main() -> None:
    """Write the schemas of a wheel."""
    wheel = Path(sys.argv[1])
    with zipfile.ZipFile(wheel) as archive:
        modules = {
            name.removeprefix(_FOLDER).removesuffix(".py"): ast.parse(archive.read(name))
            for name in sorted(archive.namelist())
            if name.startswith(_FOLDER) and name.endswith(".py") and "__init__" not in name
        }
    found = definitions(modules)
    schemas = {"source": wheel.name.split("-py3")[0], "$defs": found}
    TARGET.write_text(json.dumps(schemas, indent=1, sort_keys=True) + "\n")
    print(f"{len(found)} definitions: {TARGET}")


def definitions(modules: dict[str, ast.Module]) -> dict[str, Json]:
    """Return every class as a schema, by its name within its module."""
    known = {
        module: {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
        | {t.id for n in tree.body if isinstance(n, ast.Assign) for t in _targets(n)}
        for module, tree in modules.items()
    }
    found: dict[str, Json] = {}
    for module, tree in modules.items():
        reading = _Module(module, known)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[reading.name(node.name)] = reading.schema(node)
            elif isinstance(node, ast.Assign):
                for target in _targets(node):
                    found[reading.name(target.id)] = reading.type_of(node.value)
    return found


def _targets(node: ast.Assign) -> list[ast.Name]:
    """Return the names of unions of classes, which are the only values that a module assigns."""
    is_union = isinstance(node.value, ast.Subscript)
    return [t for t in node.targets if isinstance(t, ast.Name)] if is_union else []


class _Module:
    def __init__(self, module: str, known: dict[str, set[str]]) -> None:
        self._module = module
        self._known = known

    def name(self, local: str) -> str:
        """Return the name of a definition; those of `base` have no prefix."""
        owner = self._module if local in self._known[self._module] else "base"
        return local if owner == "base" else f"{owner}.{local}"

    def schema(self, node: ast.ClassDef) -> Json:
        bases = [b.id for b in node.bases if isinstance(b, ast.Name)]
        if "Enum" in bases:
            values = [s.value for s in node.body if isinstance(s, ast.Assign)]
            return {"enum": [v.value for v in values if isinstance(v, ast.Constant)]}
        schema: Json = {"type": "object"}
        parents = [b for b in bases if b not in ("RedactMixin", "object")]
        if parents:
            schema["allOf"] = [{"$ref": f"#/$defs/{self.name(b)}"} for b in parents]
        filled = _filled_in(node)
        properties: Json = {}
        required = []
        for field in node.body:
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            name = field.target.id
            if name.endswith("skip_redact"):
                continue
            bounds = _constant(field.value) | self._least(node.name, name)
            properties[name] = self.type_of(field.annotation) | _format(node, name) | bounds
            if name in filled or not _has_default(field.value):
                required.append(name)
        if properties:
            schema["properties"] = properties
        if required:
            schema["required"] = sorted(required)
        schema |= _NOT_IN_CLASSES.get(self.name(node.name), {})
        url = _url(node)
        return schema if url is None else {"x-url": url, **schema}

    def _least(self, owner: str, field: str) -> Json:
        least = _LEAST.get((self.name(owner), field))
        return {} if least is None else {"minimum": least}

    def type_of(self, node: ast.expr) -> Json:
        if isinstance(node, ast.BinOp):  # X | None: absent, as the client leaves None out
            sides = [s for s in _union(node) if not _is_none(s)]
            return self.type_of(sides[0]) if len(sides) == 1 else self._any_of(sides)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return self._generic(node.value.id, node.slice)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {"$ref": f"#/$defs/{self.name(node.value)}"}
        assert isinstance(node, ast.Name), ast.dump(node)
        simple = _SIMPLE.get(node.id)
        return {"$ref": f"#/$defs/{self.name(node.id)}"} if simple is None else dict(simple)

    def _generic(self, kind: str, inner: ast.expr) -> Json:
        members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if kind == "list":
            return {"type": "array", "items": self.type_of(members[0])}
        if kind == "dict":
            return {"type": "object", "additionalProperties": self.type_of(members[1])}
        if kind == "Union":
            return self._any_of(members)
        if kind == "Literal":
            return {"enum": [m.value for m in members if isinstance(m, ast.Constant)]}
        raise ValueError(f"{kind} in {self._module}")

    def _any_of(self, members: list[ast.expr]) -> Json:
        return {"anyOf": [self.type_of(m) for m in members]}


def _union(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return _union(node.left) + _union(node.right)
    return [node]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _has_default(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return any(k.arg in ("default", "factory") for k in value.keywords)
    return value is not None


def _constant(value: ast.expr | None) -> Json:
    """Return the value that the schema fixes for a field, such as which form of a union it is."""
    fixed = value.value if isinstance(value, ast.Constant) else None
    return {"enum": [fixed]} if isinstance(fixed, str) else {}


def _filled_in(node: ast.ClassDef) -> set[str]:
    """Return the fields that the client always fills in: they are required by the schema."""
    return {
        target.attr
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "__attrs_post_init__"
        for found in ast.walk(method)
        if isinstance(found, ast.Assign)
        for target in found.targets
        if isinstance(target, ast.Attribute)
    }


def _format(node: ast.ClassDef, field: str) -> Json:
    """Return the format that the field's validator checks."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        if f"{field}.validator" in map(ast.unparse, method.decorator_list):
            said = ast.dump(method)
            for word, name in _FORMATS.items():
                if f"'{word}'" in said:
                    return {"format": name}
    return {}


def _url(node: ast.ClassDef) -> str | None:
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "_get_schema":
            for found in ast.walk(method):
                if isinstance(found, ast.Constant) and str(found.value).startswith("https://"):
                    return str(found.value)
    return None


if __name__ == "__main__":
    main()
