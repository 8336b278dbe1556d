"""Throw-away keys: a CA, a certificate for Google's hosts, keys for ID and App Check tokens, an account."""

import datetime
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

PROJECT = "demo-taza"
KEY_ID = "kid-1"
APP_KEY_ID = "app-kid-1"
APP_ID = "1:1234567890:android:321abc456def7890"


@dataclass(frozen=True)
class Keys:
    """Paths of files, and what the stand-in serves."""

    ca_file: str
    server_certificate: str
    server_key: str
    service_account: str
    token_key: str
    other_key: str
    certificates: dict[str, str]
    app_check_key: str
    app_keys: dict[str, Any]

    def id_token(
        self, phone: str | None, subject: str = "u1", *, key: Any = None, key_id: str = KEY_ID, **changes: Any
    ) -> str:
        """An ID token of the phone provider, signed with the key that the stand-in publishes."""
        now = int(time.time())
        claims = {
            "iss": f"https://securetoken.google.com/{PROJECT}",
            "aud": PROJECT,
            "sub": subject,
            "iat": now - 10,
            "exp": now + 3600,
            "auth_time": now - 10,
            "phone_number": phone,
            "firebase": {"sign_in_provider": "phone"},
        }
        return jwt.encode(claims | changes, key or self.token_key, "RS256", headers={"kid": key_id})

    def app_check_token(
        self, app_id: str = APP_ID, *, key: str | None = None, key_id: str = APP_KEY_ID, **changes: Any
    ) -> str:
        """An App Check token, signed with the key that the stand-in publishes."""
        now = int(time.time())
        claims = {
            "iss": "https://firebaseappcheck.googleapis.com/1234567890",
            "aud": ["projects/1234567890", f"projects/{PROJECT}"],
            "sub": app_id,
            "iat": now - 10,
            "exp": now + 3600,
        }
        return jwt.encode(claims | changes, key or self.app_check_key, "RS256", headers={"kid": key_id})


def make(folder: Path) -> Keys:
    """Make all of them in a folder."""
    ca_key, server_key, token_key, app_key = _key(), _key(), _key(), _key()
    ca = _certificate("Loopback test CA", ca_key, None, ca_key)
    server = _certificate("loopback", server_key, ca, ca_key)
    signer = _certificate("securetoken.system.gserviceaccount.com", token_key, None, token_key)
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "k1",
        "private_key": _pem(_key()),
        "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    files = {
        "ca.pem": _text(ca),
        "server.pem": _text(server),
        "server.key": _pem(server_key),
        "account.json": json.dumps(account),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    ca_file, certificate_file, key_file, account_file = (str(folder / name) for name in files)
    return Keys(
        ca_file,
        certificate_file,
        key_file,
        account_file,
        _pem(token_key),
        _pem(_key()),
        {KEY_ID: _text(signer)},
        _pem(app_key),
        {"keys": [_jwk(app_key)]},
    )


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _jwk(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {
        "kid": APP_KEY_ID,
        "use": "sig",
        "alg": "RS256",
    }


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: x509.Certificate | None, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if issuer is None:
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        hosts = [x509.DNSName("localhost"), x509.DNSName("*.googleapis.com")]
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
