"""The catalogues: every text of code and templates is there, is translated, and keeps its parameters."""

import re

import pytest
from babel.messages.pofile import read_po

from scripts.update_catalogues import template, updated
from server.languages import LANGUAGES, NAMES, SOURCE, catalogue, translations

OTHERS = [language for language in LANGUAGES if language != SOURCE]


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_has_exactly_the_texts_of_the_code(language: str) -> None:
    _, written = updated(language, template())
    assert catalogue(language).read_bytes() == written, "run python -m scripts.update_catalogues"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_its_parameters(language: str) -> None:
    with catalogue(language).open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    assert len(messages) > 200
    for message in messages:
        one = [message.string] if isinstance(message.string, str) else list(message.string or ())
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for text in one:
            assert text, message.id
            if message.pluralizable and text == one[0]:
                continue
            assert set(re.findall(r"%\(\w+\)\w", text)) == set(re.findall(r"%\(\w+\)\w", source)), message.id


def test_each_language_has_a_name_and_texts() -> None:
    assert NAMES.keys() == set(LANGUAGES)
    assert translations("es").gettext("Video visits") == "Videovisitas"
    assert translations("en").gettext("Video visits") == "Video visits"
