"""The JSON Schema of a problem document, with every fact that any refusal may hold."""

from collections.abc import Mapping
from typing import Any

from service.errors import Thing

_TEXT: Mapping[str, Any] = {"type": "string"}
_NUMBER: Mapping[str, Any] = {"type": "number"}
_WHOLE: Mapping[str, Any] = {"type": "integer"}
_MOMENT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
_NAMES: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}

MEMBERS: Mapping[str, Mapping[str, Any]] = {
    "type": {"type": "string", "description": "urn:tazalyq:problem: and the code."},
    "title": {"type": "string", "description": "For people, in the language asked for."},
    "status": {"type": "integer", "description": "The answer's own."},
    "detail": {"type": "string", "description": "For people: what happened, and a way out."},
    "code": {"type": "string", "description": "Stable: what to branch on. Each operation lists its own."},
}
# Each stands there only with the codes that it belongs to.
FACTS: Mapping[str, Mapping[str, Any]] = {
    "age_s": {**_NUMBER, "description": "How old the position was."},
    "allowed_days": {**_WHOLE, "description": "Within how many days it would have counted."},
    "allowed_m": {**_NUMBER, "description": "How far away was allowed."},
    "allowed_s": {**_NUMBER, "description": "How old it might have been."},
    "attendance_status": {**_TEXT, "description": "What the attendance is."},
    "capacity": {**_WHOLE, "description": "How many places there are."},
    "cancelled_at": {**_MOMENT, "description": "When the event was called off."},
    "certificate_status": {**_TEXT, "description": "What has become of the certificate."},
    "columns": {**_TEXT, "description": "Which columns there are."},
    "closed_at": {**_MOMENT, "description": "Until when it was possible."},
    "confirm_by": {**_MOMENT, "description": "Until when the offer held."},
    "distance_m": {**_NUMBER, "description": "How far away it was measured."},
    "dates": {**_WHOLE, "description": "How many dates of the series are to come."},
    "district": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "The names of the district of the meeting point.",
    },
    "districts": {**_TEXT, "description": "The codes that there are."},
    "event_status": {**_TEXT, "description": "What the event is."},
    "expires_at": {**_MOMENT, "description": "Until when it could be answered, or a ban holds."},
    "forms": {**_TEXT, "description": "How it may be written."},
    "free": {**_WHOLE, "description": "How many places are left."},
    "going": {**_WHOLE, "description": "How many people go."},
    "hints": {**_NAMES, "description": "What could be done better, besides: wrong-place-code."},
    "invitation_status": {**_TEXT, "description": "What the invitation is."},
    "km": {**_NUMBER, "description": "From end to end."},
    "km2": {**_NUMBER, "description": "The size of the area."},
    "latitude": {**_NUMBER, "description": "Where the area is wrong."},
    "limit": {**_NUMBER, "description": "The most that is allowed."},
    "limit_km": {**_NUMBER, "description": "The most that is allowed."},
    "limit_km2": {**_NUMBER, "description": "The most that is allowed."},
    "limit_m": {**_NUMBER, "description": "The most that is allowed."},
    "longest": {**_WHOLE, "description": "The minutes that the event lasted."},
    "longitude": {**_NUMBER, "description": "Where the area is wrong."},
    "max": {**_NUMBER, "description": "The most that is allowed."},
    "min": {**_NUMBER, "description": "The least that is allowed."},
    "min_age": {**_WHOLE, "description": "From which age on, in years."},
    "missing": {**_NAMES, "description": "The consents to give."},
    "open": {**_WHOLE, "description": "How many of one's own wait for a decision."},
    "opens_at": {**_MOMENT, "description": "From when on it is possible."},
    "organization_status": {**_TEXT, "description": "What the organization is."},
    "people": {**_WHOLE, "description": "How many would come together."},
    "points": {**_WHOLE, "description": "How many points the area has."},
    "reason": {**_TEXT, "description": "What the organizer or coordinator said."},
    "region": {**_TEXT, "description": "Where the meeting point is."},
    "regions": {**_TEXT, "description": "Whose numbers are accepted."},
    "regions_known": {**_TEXT, "description": "The codes of the regions that can be asked for."},
    "retry_after_s": {**_WHOLE, "description": "As Retry-After."},
    "starts_at": {**_MOMENT, "description": "When the event begins."},
    "today": {**_TEXT, "format": "date", "description": "The day by the country's clock."},
    "what": {**_TEXT, "enum": [*Thing], "description": "What was not found."},
    "version": {**_WHOLE, "description": "The current one."},
}
PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Beside the members stand the facts of this refusal, by its code.",
    "properties": {
        **MEMBERS,
        "errors": {
            "type": "object",
            "description": "What is wrong, by the path of the field: for people.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "contact": {
            "type": "object",
            "description": "How to reach the organizer or coordinator whom the words name.",
            "properties": {"name": _TEXT, "phone": _TEXT, "link": _TEXT, "public": {"type": "boolean"}},
            "required": ["public"],
        },
        **FACTS,
    },
    "required": list(MEMBERS),
}
