"""What enumerations of the document mean: those with the same values mean the same wherever they stand."""

from collections.abc import Mapping, Sequence

VALUES: Mapping[tuple[str, ...], str] = {
    ("owner", "organizer", "helper"): "`owner`: administers the organization, and runs its events as an "
    "`organizer` does; `helper`: keeps the door of its events.",
    ("pending", "asked", "verified", "rejected", "suspended"): "Of an organization. `pending`: waits for its "
    "region's coordinator; `asked`: the coordinator waits for its answer; `verified`: its events come out.",
    ("verified", "rejected", "suspended", "asked"): "What the coordinator decides; `asked` comes with a "
    "`question`.",
    ("draft", "published", "cancelled"): "`draft`: only its staff sees it; `cancelled`: called off.",
    ("going", "waitlisted", "offered", "cancelled"): "`going`: has a place; `waitlisted`: in the line; "
    "`offered`: a place is held until `confirm_by`; `cancelled`: withdrawn, or taken off the list.",
    ("counted", "review", "rejected"): "`counted`: stands in all figures; `review`: in doubt, until somebody "
    "decides; `rejected`: counts nowhere.",
    ("open", "accepted", "declined", "void", "withdrawn"): "Of an invitation. `void`: the number belongs to "
    "somebody else since; `withdrawn`: taken back by the organization.",
    ("valid", "replaced", "revoked"): "`replaced`: a newer one says what holds; `revoked`: nothing of it "
    "holds any more.",
    ("waiting", "running", "ready", "failed"): "`ready`: the file can be fetched.",
    ("kk", "ru", "en"): "A language: Kazakh, Russian, English.",
    ("kk-ru", "kk", "ru", "en"): "The language of the table's headings; `kk-ru`: Kazakh above Russian.",
    ("cleanup", "tree_planting", "water_body", "recycling", "education", "other"): "What sort of work it is.",
    ("t", "bag", "m3"): "Tonnes, bags or cubic metres.",
    ("before", "after"): "Whether it shows the place before the work or after it.",
    ("mother", "father", "representative"): "What the guardian is to the child; `representative`: by law.",
    ("check_in", "check_out"): "Whether the person came or left.",
    ("this", "following", "all"): "Of a series: this date alone, this and the later ones, or all that have "
    "not begun.",
    ("accept", "reject"): "`accept`: it counts from now on; `reject`: it does not.",
    ("organizer", "coordinator", "volunteer"): "As what it was said; `volunteer`: by the person themself.",
    ("text", "whole", "decimal", "day", "moment"): "What its values are; `whole` and `decimal` are numbers.",
    ("csv", "xlsx"): "CSV for programs, XLSX for people.",
    ("plain", "excel"): "Of CSV: as RFC 4180 writes it, or with what Excel needs to read it right.",
    ("participants", "events", "counts", "region-report", "audit"): "Of what: rows of people, of events, of "
    "figures, the region's report, or the audit.",
    ("stored", "repeated", "refused"): "`stored`: new; `repeated`: it was stored before; `refused`: "
    "`problem` says why.",
    ("decided", "already-decided", "not-found", "refused"): "What came of it; `refused`: `problem` says why.",
    ("reminded", "already-reminded", "not-due", "not-found"): "`already-reminded`: today, by a coordinator; "
    "`not-due`: it has a result, is not over, or never began.",
    ("overtaken", "overtook"): "There where another organizer says otherwise of the same person. "
    "`overtaken`: theirs is later and holds; `overtook`: this one is.",
    ("events", "hours"): "What is counted for it.",
    ("fid", "token"): "What `value` is: a Firebase installation's id, or a token of its messaging.",
    ("asked", "done"): "`asked`: somebody else has to agree first; `done`: the factor is gone.",
    ("district", "city"): "A district of the region, or a city that stands beside them.",
    ("gazetteer", "nominatim"): "Who knows of it: the service's own list of places, or Nominatim.",
    (
        "settlement",
        "district",
        "street",
        "address",
        "nature",
        "other",
    ): "What sort of place it is; `address`: a house; `nature`: waters, hills, woods.",
    ("personal_data", "cross_border"): "Consent to the processing of personal data, and to its being kept "
    "abroad.",
    ("code", "push"): "`code`: of a sign-in, as an SMS has it; `push`: a message of the app.",
    ("android", "ios", "web"): "Where the app runs.",
}


def meaning_of(values: Sequence[object]) -> str | None:
    """What an enumeration of these values means; null, where it may be, is no value of it."""
    return VALUES.get(tuple(str(value) for value in values if value is not None))
