"""The OpenAPI document is what the code says."""

import json

from scripts.generate_openapi import PATH, openapi


def test_the_document_is_up_to_date() -> None:
    assert PATH.read_text(encoding="utf-8") == openapi(), "run python -m scripts.generate_openapi"


def test_every_reference_leads_somewhere() -> None:
    text = openapi()
    schemas = json.loads(text)["components"]["schemas"]
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in schemas


def test_every_error_is_a_problem() -> None:
    for path in json.loads(openapi())["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"]
