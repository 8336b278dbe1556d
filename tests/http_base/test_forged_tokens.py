"""The product and the SDK say the same about every token, forged or good."""

from collections.abc import Iterator

import firebase_admin
import pytest
from firebase_admin import auth

from http_base.app_check import NO_CREDENTIAL
from http_base.firebase_tokens import FirebaseVerifier
from http_base.identity import Unauthenticated
from tests.google.forged import FORGED, GOOD, PHONE
from tests.google.keys import PROJECT, Keys
from tests.google.standin import Google

LEEWAY_S = 30


@pytest.fixture
def verifier(google: Google) -> FirebaseVerifier:
    return FirebaseVerifier(PROJECT)


@pytest.fixture
def sdk(google: Google) -> Iterator[firebase_admin.App]:
    made = firebase_admin.initialize_app(NO_CREDENTIAL, {"projectId": PROJECT}, name="forged")
    yield made
    firebase_admin.delete_app(made)


@pytest.mark.parametrize("how", FORGED)
def test_neither_takes_a_forged_token(
    verifier: FirebaseVerifier, sdk: firebase_admin.App, keys: Keys, how: str
) -> None:
    token = FORGED[how](keys)
    with pytest.raises(Unauthenticated):
        verifier.verify(token)
    with pytest.raises((ValueError, auth.InvalidIdTokenError)):
        auth.verify_id_token(token, sdk, clock_skew_seconds=LEEWAY_S)


@pytest.mark.parametrize("how", GOOD)
def test_both_take_a_good_token(
    verifier: FirebaseVerifier, sdk: firebase_admin.App, keys: Keys, how: str
) -> None:
    token = GOOD[how](keys)
    assert auth.verify_id_token(token, sdk, clock_skew_seconds=LEEWAY_S)["phone_number"] == PHONE
    assert verifier.verify(token).phone == PHONE


@pytest.mark.parametrize("auth_time", [9_999_999_999, "yesterday", None, True, -1])
def test_when_somebody_signed_in_has_to_be_known(
    verifier: FirebaseVerifier, keys: Keys, auth_time: object
) -> None:
    """The SDK does not ask; whose record it is may depend on it."""
    with pytest.raises(Unauthenticated):
        verifier.verify(keys.id_token(PHONE, auth_time=auth_time))


@pytest.mark.parametrize("phone", [None, "", 77015550199, ["+77015550199"]])
def test_a_token_of_another_provider_is_none_of_ours(
    verifier: FirebaseVerifier, keys: Keys, phone: object
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(keys.id_token(PHONE, phone_number=phone))
