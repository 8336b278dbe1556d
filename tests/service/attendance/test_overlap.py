"""Presence at two events at once: symmetric, and the same in whatever order records and rulings came."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.attendance.derivation import Decision, Elsewhere, Record, State, derive
from service.attendance.evidence import Evidence, RecordKind, Status
from service.attendance.overlap import Neighbourhood, Visit
from service.platform.thresholds import Thresholds

START = datetime(2026, 5, 16, 5, 0, tzinfo=UTC)
LIMITS = Thresholds()
LONG_AFTER = START + timedelta(days=3)
REJECTED = Decision(Status.REJECTED, None, is_correction=False)
ACCEPTED = Decision(Status.COUNTED, None, is_correction=False)
VOUCHED = Decision(Status.COUNTED, None, is_correction=True)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def visit(
    event: str, *stays: tuple[float, float | None], decision: Decision | None = None, begins: float = 0
) -> Visit:
    """A visit of an event of three hours, by the minutes of its check-ins and check-outs."""
    records = []
    for number, (come, leave) in enumerate(stays):
        name = f"{event} {number}"
        records.append(Record(name, RecordKind.CHECK_IN, at(come), Evidence.GPS, 0, ()))
        if leave is not None:
            records.append(Record(f"{name} out", RecordKind.CHECK_OUT, at(leave), Evidence.GPS, 0, ()))
    return Visit(event, at(begins), at(begins + 180), records, decision)


def derived(*visits: Visit) -> dict[str, State]:
    """All attendances of the person, by event."""
    found, around = {}, Neighbourhood(visits, LIMITS)
    for one in visits:
        elsewhere = around.elsewhere(one.event_id)
        state = derive(one.records, one.decision, one.starts_at, one.ends_at, LONG_AFTER, LIMITS, elsewhere)
        if state is not None:
            found[one.event_id] = state
    return found


def overlapping(*visits: Visit) -> set[str]:
    return {event for event, state in derived(*visits).items() if "overlap" in state.reasons}


def test_a_pair_is_doubted_at_both() -> None:
    assert overlapping(visit("a", (0, 60)), visit("b", (30, 90))) == {"a", "b"}
    assert overlapping(visit("a", (0, 60)), visit("b", (45, 90))) == set()


def test_staffs_word_takes_a_pair_apart() -> None:
    for decision in (REJECTED, VOUCHED):
        assert overlapping(visit("a", (0, 60), decision=decision), visit("b", (0, 60))) == set()
    assert overlapping(visit("a", (0, 60), decision=ACCEPTED), visit("b", (0, 60))) == {"a", "b"}


def test_what_was_forgotten_ends_where_the_next_one_begins() -> None:
    states = derived(visit("a", (0, None)), visit("b", (60, None)), visit("c", (90, 100)))
    assert {event: state.minutes for event, state in states.items()} == {"a": 60, "b": 30, "c": 10}
    assert {state.status for state in states.values()} == {Status.COUNTED}


def test_a_check_in_that_staff_rejected_closes_nothing_and_a_vouched_one_does() -> None:
    assert derived(visit("a", (0, None)), visit("b", (60, None), decision=REJECTED))["a"].minutes == 180
    assert derived(visit("a", (0, None)), visit("b", (60, None), decision=VOUCHED))["a"].minutes == 60


def test_the_neighbours_neighbour_decides_how_long_the_neighbour_was() -> None:
    """b was left for c, so it is no overlap with a, though a and c never meet."""
    visits = visit("a", (60, 180)), visit("b", (50, None)), visit("c", (62, 70), begins=62)
    assert overlapping(*visits) == set()


def test_checking_in_again_at_the_same_event_is_no_leaving() -> None:
    """Never out of a: there until its end, however often the phone says "here"."""
    assert overlapping(visit("a", (30, None), (40, None)), visit("b", (0, 100))) == {"a", "b"}


def test_check_outs_alone_are_no_visit() -> None:
    waiting = Visit(
        "b", START, at(180), [Record("o", RecordKind.CHECK_OUT, at(90), Evidence.GPS, 0, ())], None
    )
    assert overlapping(visit("a", (0, 120)), waiting) == set()
    around = Neighbourhood([visit("a", (0, 120)), waiting], LIMITS)
    assert around.elsewhere("a") == Elsewhere([], [[]])


def test_events_that_share_no_time_say_nothing_of_each_others_stays() -> None:
    later = visit("b", (175, 200), begins=180)
    around = Neighbourhood([visit("a", (0, 170)), later], LIMITS)
    assert around.elsewhere("a").stays == around.elsewhere("b").stays == []


RECORDS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(RecordKind),
        st.sampled_from([-20, 0, 10, 14, 30, 60, 61, 90, 200]),
        st.sampled_from([(), (), ("distance",), ("travel",)]),
    ),
    max_size=10,
)
DECISIONS = st.fixed_dictionaries(
    {event: st.sampled_from([None, None, ACCEPTED, REJECTED, VOUCHED]) for event in "abc"}
)


@settings(deadline=None)
@given(records=RECORDS, decisions=DECISIONS, random=st.randoms(use_true_random=False))
def test_any_order_gives_one_state(
    records: list[tuple[str, RecordKind, float, tuple[str, ...]]],
    decisions: dict[str, Decision | None],
    random: object,
) -> None:
    made = [
        (event, Record(str(number), kind, at(minutes), Evidence.GPS, 0, reasons))
        for number, (event, kind, minutes, reasons) in enumerate(records)
    ]

    def states() -> dict[str, State]:
        visits = [
            Visit(
                event,
                at(20 * number),
                at(20 * number + 180),
                [record for where, record in made if where == event],
                decisions[event],
            )
            for number, event in enumerate("abc")
        ]
        random.shuffle(visits)  # type: ignore[attr-defined] # Hypothesis' own generator
        return derived(*visits)

    first = states()
    random.shuffle(made)  # type: ignore[attr-defined]
    assert states() == first
    # A pair, never one alone: whoever overlaps does so with somebody that is comparable, too.
    doubted = {event for event, state in first.items() if "overlap" in state.reasons}
    assert len(doubted) != 1
