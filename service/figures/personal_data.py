"""What becomes of the tables of this room that name people."""

from service.models.exports import EXPORT_KEPT
from service.platform.personal_data import OWN, STAFF, PersonalTable

TABLES = (
    # What was sent upward stays sent; by whom is a tombstone's id.
    PersonalTable("region_report", {"sent_by": STAFF}),
    PersonalTable("honours_agreement", {"volunteer_id": OWN}),
    PersonalTable("milestone", {"volunteer_id": OWN}),
    # Its file goes with the next round of `exports.forget`, as every file that no request stands for.
    PersonalTable("export", {"requested_by": OWN}, kept=EXPORT_KEPT, job="exports.forget"),
)
