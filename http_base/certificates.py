"""Certificates as they are handed out: on paper in the words of their language, and to everybody by code."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response

from http_base import links
from notifications import words
from service import recognition_errors
from service.models import Certificate
from service.models.base import COUNTRY_ZONE, localized
from service.recognition import certificate_pdf
from service.recognition.certificate_pdf import Figure, Paper
from service.recognition.certificates import Issued


def shown_code(certificate: Certificate) -> str:
    """As people read it: «ABCD-EFGH-IJKL-MNOP»."""
    return "-".join(certificate.code[at : at + 4] for at in range(0, len(certificate.code), 4))


def address_of(certificate: Certificate) -> str:
    """Where everybody sees whether it holds, in the language of its paper."""
    return links.absolute(f"/{certificate.language}/certificates/{certificate.code}")


def hours(minutes: int) -> float:
    """To two digits: no two numbers of minutes give the same."""
    return round(minutes / 60, 2)


def public_facts(issued: Issued) -> dict[str, Any]:
    """What whoever has the code may know; once it holds no more, nothing but that and its period."""
    certificate, holds = issued.certificate, issued.is_valid
    return {
        "status": issued.status,
        "hours": hours(certificate.proven_minutes) if holds else None,
        "hours_assumed": hours(certificate.assumed_minutes) if holds else None,
        "events": certificate.events if holds else None,
        "from": certificate.first_day,
        "to": certificate.last_day,
        "initials": certificate.initials if holds else None,
        "issued_at": certificate.issued_at.astimezone(COUNTRY_ZONE),
    }


def paper_of(issued: Issued) -> Response:
    """The paper as a file. Raises CertificateEnded."""
    if not issued.is_valid:
        raise recognition_errors.CertificateEnded(certificate_status=issued.status)
    certificate = issued.certificate
    response = Response(certificate_pdf.make(_paper(certificate)), mimetype="application/pdf")
    name = f"tazalyq-{certificate.first_day}-{certificate.last_day}-{certificate.language}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _paper(certificate: Certificate) -> Paper:
    language = certificate.language

    def word(key: str, **facts: Any) -> str:
        return words.translate(f"certificate.{key}", language, facts)

    def duration(minutes: int) -> str:
        return words.duration(minutes, language)

    proven, assumed = certificate.proven_minutes, certificate.assumed_minutes
    figures = [Figure(duration(proven), word("proven"), filled=True)]
    if assumed:
        figures.append(Figure(duration(assumed), word("assumed"), filled=False))
    issued_on = _day(certificate.issued_at.astimezone(COUNTRY_ZONE).date())
    return Paper(
        language=language,
        made_at=certificate.issued_at,
        title=word("title"),
        name=certificate.name or certificate.initials,
        said=(
            word("said"),
            word("period", first=_day(certificate.first_day), last=_day(certificate.last_day)),
            word("events", number=certificate.events),
        ),
        figures=figures,
        heads=(word("day"), word("event"), word("proven-head"), word("assumed-head")),
        rows=[_row(line, language) for line in certificate.lines],
        rest=_rest(certificate),
        total=("", word("total"), duration(proven), duration(assumed) if assumed else ""),
        notes=(word("definitions"), f"{word('issued')}: {issued_on} · Tazalyq · {address_of(certificate)}"),
        code=shown_code(certificate),
        how=word("how"),
        address=address_of(certificate),
    )


def _row(line: Mapping[str, Any], language: str) -> tuple[str, ...]:
    assumed = line["assumed_minutes"]
    return (
        _day(date.fromisoformat(line["day"])),
        localized(line["title"], language),
        words.duration(line["proven_minutes"], language),
        words.duration(assumed, language) if assumed else "",
    )


def _rest(certificate: Certificate) -> tuple[str, ...] | None:
    """What the events come to that are not named; None where all are."""
    number = certificate.events - len(certificate.lines)
    if not number:
        return None
    language = certificate.language
    proven = certificate.proven_minutes - sum(line["proven_minutes"] for line in certificate.lines)
    assumed = certificate.assumed_minutes - sum(line["assumed_minutes"] for line in certificate.lines)
    return (
        "",
        words.translate("certificate.rest", language, {"number": number}),
        words.duration(proven, language),
        words.duration(assumed, language) if assumed else "",
    )


def _day(on: date) -> str:
    return f"{on:%d.%m.%Y}"
