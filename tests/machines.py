"""How the tests' state machines are run."""

from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, get_state_machine_test


def run(
    machine: type[RuleBasedStateMachine],
    examples: int,
    steps: int,
    *phases: Phase,
    sought: int | None = None,
    **world: Any,
) -> None:
    """Play so many examples of at most so many steps; `world` becomes attributes of the machine's class.

    `phases`: all where none is named. `sought`: from which seed to search, where it is known that something
    will be found.
    """
    search = get_state_machine_test(
        type("Machine", (machine,), world),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases or tuple(Phase),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    (search if sought is None else seed(sought)(search))()
