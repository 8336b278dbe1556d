"""What people agree to can be read, whole, in three languages, by anyone."""

import re

import pytest
from flask.testing import FlaskClient

LETTERS = {"kk": "әғқңөұүі", "ru": "ыэщ", "en": "wk"}
# Purpose, what, who receives it, how long, rights, how to take it back.
SAYS = {
    "kk": ("мақсат", "90 күн", "құқығыңыз", "қайтарып ал"),
    "ru": ("Зачем", "90 дней", "право", "отозвать"),
    "en": ("Why", "90 days", "right", "withdraw"),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_texts_are_whole_in_each_language(client: FlaskClient, language: str) -> None:
    answer = client.get("/v1/consents", headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers.get("Content-Language")) == (200, language)
    items = {one["name"]: one for one in answer.json["items"]}
    assert items.keys() == {"personal_data", "cross_border"}
    for one in items.values():
        assert set(one) == {"name", "version", "title", "text"}
        assert one["title"].strip() == one["title"] != ""
        assert len(one["text"].split()) > 90
        assert any(letter in one["text"] for letter in LETTERS[language])
        assert not re.search(r"[{}<>\[\]]|TODO|XXX|lawyer|юрист|заңгер", one["text"])
    for part in SAYS[language]:
        assert part in items["personal_data"]["text"], part


def test_the_versions_are_those_that_registration_takes(client: FlaskClient) -> None:
    items = client.get("/v1/consents").json["items"]
    assert {one["name"]: one["version"] for one in items} == client.get("/v1/meta").json["consents"]


def test_kazakh_comes_first(client: FlaskClient) -> None:
    spoken = client.get("/v1/consents", headers={"Accept-Language": "de"}).json
    assert spoken == client.get("/v1/consents", headers={"Accept-Language": "kk"}).json
