"""The pages of docs/reference that docs/generate.py makes are what the code makes them today."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from repository import REPOSITORY

REFERENCE = REPOSITORY / "docs" / "reference"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", REPOSITORY / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_in_the_repository_are_what_the_code_makes(generate: ModuleType) -> None:
    stale = [
        name
        for name, text in generate.pages().items()
        if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run 'python docs/generate.py' and commit what it writes"
    properties = generate.FEATURE_PROPERTIES.read_text(encoding="utf-8")
    assert properties == generate.feature_properties(), "run 'python docs/generate.py' and commit what it writes"


def test_keys_are_those_that_the_readers_ask_for(generate: ModuleType) -> None:
    workspace, features = generate.workspace_keys(), generate.feature_keys()
    assert workspace["[rules]"]["ceiling_m"] == ("5 to 5000", "`90`")
    assert workspace["[[drone]]"]["system_id"] == ("1 to 250, whole", "needed")
    assert workspace["[[drone]]"]["uid"] == ("36 lower-case hex digits", "")
    assert features["kind = obstacle"]["geometry"] == ("a Point", "needed")
    assert features["kind = keep_out"]["ceiling_m"] == ("0 to 10000", "")


def test_a_key_without_a_meaning_stops_the_making(generate: ModuleType) -> None:
    meanings = generate.Meanings()
    with pytest.raises(SystemExit, match=r"\[settings\.'\[site\]'\] does not say what moon is for"):
        meanings.take("settings", "[site]", "moon")


def test_a_meaning_without_a_key_stops_the_making(generate: ModuleType) -> None:
    with pytest.raises(SystemExit, match="no reader asks for"):
        generate.Meanings().finish()
