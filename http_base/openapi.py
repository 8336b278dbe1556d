"""How schemas become JSON Schema: answers say what they always hold, and unions have names."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields

from http_base.fields import Strict

PROBLEM = {"$ref": "#/components/schemas/Problem"}


@runtime_checkable
class Described(Protocol):
    """A field that knows its own JSON Schema."""

    def openapi(self, converter: "Converter") -> dict[str, Any]:
        """The JSON Schema, with what it refers to named in the converter."""
        ...


class Converter(OpenAPIConverter):
    """apispec's; a field may describe itself, and all of an answer is required but what may be absent."""

    def field2property(self, field: fields.Field[Any]) -> dict[str, Any]:
        """The JSON Schema of a field."""
        return field.openapi(self) if isinstance(field, Described) else super().field2property(field)

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """The JSON Schema of a schema. Answers are open: a field that is added to one breaks no phone."""
        found: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call] # apispec's
        made = resolve_schema_instance(schema)
        if "__doc__" in type(made).__dict__ and made.__doc__:
            found["description"] = " ".join(made.__doc__.split())
        if isinstance(made, Strict):
            found["additionalProperties"] = False
        else:
            found.pop("additionalProperties", None)
            found["required"] = [
                field.data_key or name
                for name, field in made.fields.items()
                if not field.metadata.get("optional")
            ]
        if not found.get("required"):
            found.pop("required", None)
        return found

    def named(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, str]:
        """A reference to a named schema, which is made at its first mention."""
        if name not in self.spec.components.schemas:
            self.spec.components.schema(name, make())
        return {"$ref": f"#/components/schemas/{name}"}

    def nested(self, schema: Any) -> dict[str, str]:
        """A reference to the named schema of a marshmallow schema."""
        return dict(self.resolve_nested_schema(schema))  # type: ignore[no-untyped-call] # apispec's


class Plugin(MarshmallowPlugin):
    """apispec's, with our converter."""

    Converter = Converter


class ProblemField(fields.Dict):
    """A problem document within an answer."""

    def openapi(self, _converter: Converter) -> dict[str, Any]:
        """The same as of an answer that is a problem document."""
        return dict(PROBLEM)
