"""The limits of the rules of attendance: settings, with the design's values as defaults."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the rules; metres, seconds, minutes, hours, days, years, km/h and people as the names say."""

    near_m: float = 100
    good_accuracy_m: float = 100
    weak_accuracy_m: float = 300
    review_distance_m: float = 1_000
    review_accuracy_factor: float = 3
    fix_age_s: int = 120
    review_fix_age_s: int = 600
    future_s: int = 60
    coarse_m: float = 1_000
    open_before_min: int = 60
    leave_after_min: int = 60
    review_off_min: int = 360
    sync_hours: int = 72
    review_sync_days: int = 14
    travel_m: float = 2_000
    travel_kmh: float = 150
    travel_accuracy_m: float = 5_000
    same_fix_people: int = 5
    same_fix_min: int = 60
    installation_people: int = 3
    code_live_s: int = 180
    shared_code_people: int = 10
    code_share: float = 0.2
    code_share_people: int = 20
    code_group_people: int = 5
    code_near_min: int = 3
    clock_off_hours: int = 25
    assumed_hours: int = 4
    overlap_min: int = 15
    guardian_consent_age: int = 16
    event_records: int = 40
    day_records: int = 400

    @property
    def counts_before_start(self) -> timedelta:
        """How long before an event's start somebody may have come to count there, by the hastiest clock."""
        return timedelta(minutes=self.open_before_min, seconds=self.future_s)
