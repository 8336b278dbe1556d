"""Certificates of one's own hours, and what everybody learns from a code."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields

from http_base import certificates as papers
from http_base import cursors
from http_base.blueprints import Blueprint, OpenBlueprint
from http_base.context import actor, now, services, session
from http_base.document import OPEN
from http_base.fields import Paged, one_of
from http_base.schemas.certificates import CertificateBody
from notifications.words import LOCALES
from service import errors, recognition_errors
from service.models import CertificateStatus
from service.models.base import COUNTRY_ZONE
from service.recognition import certificates
from service.recognition.certificates import Issued, Wanted

blueprint = Blueprint(
    "certificates", __name__, url_prefix="/v1/me/certificates", description="Certificates of one's hours"
)
public_blueprint = OpenBlueprint(
    "public_certificates", __name__, url_prefix="/public/certificates", description="For everybody"
)

FOR_NOBODY_ELSE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
"""An address that holds a code is handed on by nobody, and what it says is of this moment."""


class CertificatePublic(Schema):
    """`hours`: proven ones; all figures and the initials are null once it holds no more."""

    status = one_of(*CertificateStatus)
    hours = fields.Float(allow_none=True)
    hours_assumed = fields.Float(allow_none=True)
    events = fields.Integer(allow_none=True)
    first_day = fields.Date(data_key="from", attribute="from")
    last_day = fields.Date(data_key="to", attribute="to")
    initials = fields.String(allow_none=True)
    issued_at = fields.DateTime(format="iso")


class CertificateShown(CertificatePublic):
    """`url`: the public page of its code, to share; `ended_at`: since when it holds no more, once that is
    noted."""

    id = fields.UUID()
    code = fields.String()
    url = fields.String()
    language = one_of(*LOCALES, data_key="lang")
    ended_at = fields.DateTime(format="iso", allow_none=True)


class CertificatePage(Schema):
    items = fields.List(fields.Nested(CertificateShown))
    next = fields.String(allow_none=True)


@blueprint.route("", methods=["GET"])
@blueprint.operation("listCertificates", "a volunteer")
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, CertificatePage)
def list_certificates(query: dict[str, Any]) -> dict[str, Any]:
    """One's own, newest first; of those that hold no more only that."""
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = certificates.of_person(session(), actor(), after, query["limit"] + 1)
    items, following = cursors.page(
        found, query["limit"], lambda one: (one.certificate.issued_at, one.certificate.id)
    )
    return {"items": [_shown(one) for one in items], "next": following}


@blueprint.route("", methods=["POST"])
@blueprint.operation(
    "makeCertificate", "a volunteer", recognition_errors.NothingToCertify, errors.TooManyRequests
)
@blueprint.arguments(CertificateBody)
@blueprint.response(HTTPStatus.OK, CertificateShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=CertificateShown)
def post_certificate(body: dict[str, Any]) -> Any:
    """A certificate of the hours that count in a period; 200 where one says the same already. One that says
    something else of this period, in this language, is replaced."""
    made, repeated = certificates.issue(session(), actor(), Wanted(**body), now())
    session().commit()
    shown = _shown(Issued(made, CertificateStatus.VALID))
    return shown, HTTPStatus.OK if repeated else HTTPStatus.CREATED


@blueprint.route("/<uuid:certificate_id>.pdf", methods=["GET"])
@blueprint.operation("downloadCertificate", "whose certificate it is", recognition_errors.CertificateEnded)
@blueprint.response(HTTPStatus.OK, {"type": "string", "format": "binary"}, content_type="application/pdf")
def download_certificate(certificate_id: UUID) -> Response:
    """The paper, with its code and the QR of its public page."""
    return papers.paper_of(certificates.own(session(), actor(), certificate_id))


@blueprint.route("/<uuid:certificate_id>", methods=["DELETE"])
@blueprint.operation("deleteCertificate", "whose certificate it is")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_certificate(certificate_id: UUID) -> None:
    """Take it back: whoever has its code is told that it is revoked, and nothing else."""
    certificates.take_back(session(), actor(), certificate_id, now())
    session().commit()


def _shown(issued: Issued) -> dict[str, Any]:
    certificate = issued.certificate
    return papers.public_facts(issued) | {
        "id": certificate.id,
        "code": certificate.code,
        "url": papers.address_of(certificate),
        "language": certificate.language,
        "ended_at": certificate.ended_at and certificate.ended_at.astimezone(COUNTRY_ZONE),
    }


@public_blueprint.route("/<code>", methods=["GET"])
@public_blueprint.operation("getPublicCertificate", "anyone", errors.TooManyRequests, security=OPEN)
@public_blueprint.response(HTTPStatus.OK, CertificatePublic)
def get_public_certificate(code: str) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Whether a certificate holds at this moment, and with what; every code that is none answers alike."""
    services().address_limit.count(request.remote_addr or "")
    return papers.public_facts(certificates.by_code(session(), code)), FOR_NOBODY_ELSE
