"""REST held to its OpenAPI by schemathesis: whatever comes in, no 5xx and no answer that is not documented."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scripts.generate_openapi import PATH
from tests.server.roles_rig import SITE, House, build, listening

pytestmark = [pytest.mark.system, pytest.mark.sqlite]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_path(PATH)
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations() if isinstance(each, Ok)}

EXAMPLES = 25
"""Of each operation, of what fits its description and of what does not."""


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    directory = tmp_path_factory.mktemp("house")
    return asyncio.run(build(Path(shutil.copy(migrated, directory)), directory))


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with listening(house) as url:
        yield url


def takes_something(operation: Any) -> bool:
    """Whether there is anything in a call that could be wrong."""
    return any((operation.body, operation.query, operation.path_parameters))


CASES = [
    *((label, GenerationMode.POSITIVE) for label in OPERATIONS),
    *((label, GenerationMode.NEGATIVE) for label, each in OPERATIONS.items() if takes_something(each)),
]


@pytest.mark.parametrize(("label", "mode"), CASES, ids=str)
def test_every_answer_is_documented(house: House, url: str, label: str, mode: GenerationMode) -> None:
    operation = OPERATIONS[label]
    whose = "robot" if "/robot/" in label else "supervisor"

    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: "schemathesis.Case[Any]", known: bool) -> None:
        if known:
            case.path_parameters |= {name: house.names[name] for name in case.path_parameters if name in house.names}
        case.call_and_validate(base_url=url, headers=house.headers[whose] | {"Origin": SITE}, checks=CHECKS)

    ask()
