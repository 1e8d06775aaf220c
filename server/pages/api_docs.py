"""What programs can ask: the OpenAPI document, and the same as a page. It is in English, as the document is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from server.api.document import document
from server.pages.page import Visitor
from server.pages.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

REFERENCE: Final = "#/components/schemas/"


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of a shape."""

    name: str
    kind: str
    shape: str | None
    """The name of the shape that it is or is made of."""
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    """One call."""

    method: str
    path: str
    text: str
    fields: tuple[Field, ...]
    body: str | None
    answers: tuple[tuple[str, str, str | None], ...]
    """Status, what it means, and its shape."""


@router.api_route("/api/openapi.json", methods=["GET", "HEAD"])
async def openapi(request: Request) -> Response:
    """The document for programs."""
    return JSONResponse(document(request.app))


@router.api_route("/api/docs", methods=["GET", "HEAD"])
async def docs(page: Visitor) -> Response:
    """The document for people."""
    whole = document(page.request.app)
    shapes = {name: tuple(_properties(shape)) for name, shape in sorted(whole["components"]["schemas"].items())}
    return page.show("api_docs.html", operations=tuple(_operations(whole)), shapes=shapes)


def _operations(whole: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            yield Operation(
                method=method.upper(),
                path=path,
                text=operation.get("description", ""),
                fields=tuple(
                    _field(each["name"], each["schema"], each.get("required", False)) for each in _query(operation)
                ),
                body=_shape(body),
                answers=tuple(_answers(operation)),
            )


def _query(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in operation.get("parameters", []) if each["in"] in {"query", "path"}]


def _answers(operation: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    for status, answer in sorted(operation["responses"].items()):
        schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
        yield status, answer["description"], _shape(schemas[0]) if schemas else None


def _properties(shape: dict[str, Any]) -> Iterator[Field]:
    for name, schema in shape.get("properties", {}).items():
        yield _field(name, schema, name in shape.get("required", []))
    if "enum" in shape:
        yield Field("", "one of " + ", ".join(map(str, shape["enum"])), None, required=True, text="")


def _field(name: str, schema: dict[str, Any], required: bool) -> Field:
    return Field(name, _kind(schema), _shape(schema), required, schema.get("description", ""))


def _kind(schema: dict[str, Any]) -> str:
    """The type in a few words, such as `list of string`."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"].removeprefix(REFERENCE))
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or schema.get("const") or "anything")


def _shape(schema: dict[str, Any]) -> str | None:
    """The first shape that a schema names."""
    if "$ref" in schema:
        return str(schema["$ref"].removeprefix(REFERENCE))
    inner = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return next((found for each in inner if (found := _shape(each))), None)
