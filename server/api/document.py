"""The OpenAPI document of the REST side."""

from typing import Any

from fastapi import FastAPI

from wire.rest import Problem


def document(web: FastAPI) -> dict[str, Any]:
    """The document, the same for the same code."""
    whole = web.openapi()
    # The routes only name it: FastAPI knows no model under application/problem+json.
    whole["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    return whole
