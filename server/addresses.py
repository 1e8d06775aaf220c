"""Relatives' e-mail addresses as people write them: one after the other, between semicolons."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from server.booking import MOST_RELATIVES
from server.config import ADDRESS, Address


def _split(written: object) -> object:
    """The addresses of a text, each once; a list is taken as it is, but for repetitions."""
    if isinstance(written, str):
        written = [address for address in re.split(r"[;,\s]+", written) if address]
    if not isinstance(written, list | tuple) or not all(isinstance(address, str) for address in written):
        return written
    once = {address.strip().lower(): address.strip() for address in written}
    for address in once.values():
        if len(address) > 254 or not re.fullmatch(ADDRESS, address):
            text = "{address} is not an e-mail address; write them like ana@example.org; luis@example.org"
            raise PydanticCustomError("email", text, {"address": repr(address)})
    return tuple(once.values())


Emails = Annotated[tuple[Address, ...], BeforeValidator(_split), Field(max_length=MOST_RELATIVES)]
"""Any number of addresses, from a list or from a text with semicolons between them."""
