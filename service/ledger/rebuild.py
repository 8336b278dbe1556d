"""The ledger is made equal to the rows again."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.ledger import verify
from service.ledger.ledger import FIGURES
from service.ledger.verify import Difference
from service.models import CountPending

REBUILD_LOCK = 7_202
"""Key of the advisory lock that lets one rebuild run at a time: two would mend everything twice."""


def rebuild(session: Session) -> list[Difference]:
    """Add to the ledger what it lacks, and take away what it has too much; returns what was wrong.

    Nobody waits: counts are sums of changes, so what lacked at one moment lacks whatever is counted later.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(REBUILD_LOCK)))
    found = verify.differences(session)
    if found:
        session.execute(sa.insert(CountPending), [_correction(one) for one in found])
    return found


def _correction(difference: Difference) -> dict[str, object]:
    cell = {"event_id": difference.event_id, "day": difference.day, "region_code": difference.region_code}
    lacking = {name: rows - counted for name, (counted, rows) in difference.figures.items()}
    return cell | dict.fromkeys(FIGURES, 0) | lacking
