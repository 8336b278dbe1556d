"""Files that take long: asked for, watched, fetched by whoever asked."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import downloads
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.downloads import CSV, XLSX
from http_base.fields import one_of
from http_base.schemas.exports import ExportBody
from service import errors
from service.figures import exports
from service.figures.export_tables import SCOPE, Asked
from service.figures.exports import ExportRequest
from service.models.exports import Export, ExportFormat, ExportOf, ExportStatus
from service.platform.sheets import Dialect

blueprint = Blueprint("exports", __name__, url_prefix="/v1/exports", description="Exports")

KINDS = {ExportFormat.CSV: CSV, ExportFormat.XLSX: XLSX}


class ExportShown(Schema):
    """`done` of `total` rows. `url`: where the file is until `expires_at`, for whoever asked; null before."""

    id = fields.UUID()
    what = one_of(*ExportOf)
    format = one_of(*ExportFormat)
    dialect = one_of(*Dialect)
    filters = fields.Dict(keys=fields.String(), values=fields.Raw())
    status = one_of(*ExportStatus)
    done = fields.Integer()
    total = fields.Integer(allow_none=True)
    name = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    created_at = fields.DateTime(format="iso")
    finished_at = fields.DateTime(format="iso", allow_none=True)
    expires_at = fields.DateTime(format="iso")


def shown(export: Export) -> dict[str, Any]:
    """An export as its person sees it."""
    plain = {name: getattr(export, name) for name in ExportShown._declared_fields if name != "url"}
    is_ready = export.status == ExportStatus.READY
    return plain | {
        "filters": {name: said for name, said in export.filters.items() if name != SCOPE},
        "url": f"{services().settings.public_url}/v1/exports/{export.id}/file" if is_ready else None,
    }


@blueprint.route("", methods=["POST"])
@blueprint.operation(
    "createExport",
    "whoever may read what it is of: an organizer or coordinator; of the audit a national coordinator",
    errors.Forbidden,
    errors.NotVerified,
    (HTTPStatus.NOT_FOUND, errors.NotFound.code),
    errors.IdReused,
    errors.TooManyRequests,
)
@blueprint.arguments(ExportBody)
@blueprint.response(HTTPStatus.ACCEPTED, ExportShown)
def post_export(body: dict[str, Any]) -> dict[str, Any]:
    """Have a file made by a job; `filters` are those of the list that it is of."""
    kind, dialect = ExportFormat(body["format"]), Dialect(body["dialect"])
    in_words = kind == ExportFormat.XLSX or dialect == Dialect.EXCEL
    asked = Asked(ExportOf(body["what"]), body["filters"], body["headings"], in_words)
    made = exports.request(session(), actor(), ExportRequest(body["id"], kind, dialect, asked), now())
    session().commit()
    return shown(made)


@blueprint.route("/<uuid:export_id>", methods=["GET"])
@blueprint.operation("getExport", "whoever asked for it")
@blueprint.response(HTTPStatus.OK, ExportShown)
def get_export(export_id: UUID) -> dict[str, Any]:
    """How far it is; gone a day after it was made."""
    return shown(exports.get(session(), actor(), export_id, now()))


@blueprint.route("/<uuid:export_id>/file", methods=["GET"])
@blueprint.operation(
    "getExportFile",
    "whoever asked for it, and may read what it is of still",
    errors.Forbidden,
    errors.NotVerified,
)
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type=CSV)
@downloads.also_as(blueprint, XLSX)
def get_export_file(export_id: UUID) -> Response:
    """The file; access is asked anew."""
    found, file, size = exports.fetch(session(), services().files, actor(), export_id, now())
    session().commit()
    kind = KINDS[ExportFormat(found.format)]
    return downloads.answer(file, size, kind, found.name or f"tazalyq.{found.format}")
