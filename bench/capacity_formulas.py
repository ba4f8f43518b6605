"""How each result of `bench.capacity` comes about; a formula's arguments name figures, sizes or other results."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bench.capacity_figures import Figure, Size

DAY, YEAR = 86_400, 365


class Formula(NamedTuple):
    """How one result comes about; its arguments name figures, sizes or other results."""

    section: str
    title: str
    unit: str
    reckon: Callable[..., float]


class Result(NamedTuple):
    """One result for one size, and the kinds of figures that went into it."""

    value: float
    kinds: frozenset[str]


FORMULAS: dict[str, Formula] = {}


def result(section: str, title: str, unit: str) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Make a function a row of the table; its name is the result's, its docstring says how it comes about."""

    def add(reckon: Callable[..., float]) -> Callable[..., float]:
        FORMULAS[reckon.__name__] = Formula(section, title, unit, reckon)
        return reckon

    return add


VOLUME, TEMPORAL, OURS = "Volume", "Temporal at the peak", "Clearway at the peak"
STORED, SHARDS = "Stored", "Shards"


@result(VOLUME, "lists a second, mean", "/s")
def mean(lists_per_day: float) -> float:
    """Lists per day over a day's seconds."""
    return lists_per_day / DAY


@result(VOLUME, "lists a second, peak", "/s")
def at_peak(peak: float) -> float:
    """As given."""
    return peak


@result(VOLUME, "open lists", "lists")
def open_lists(lists_per_day: float, days_open: float) -> float:
    """Lists per day × days open."""
    return lists_per_day * days_open


@result(VOLUME, "ended lists still in Temporal", "lists")
def ended_lists(lists_per_day: float, retention_days: float) -> float:
    """Lists per day × days of retention."""
    return lists_per_day * retention_days


@result(TEMPORAL, "events", "/s")
def events_per_second(peak: float, events: float) -> float:
    """Peak × events."""
    return peak * events


@result(TEMPORAL, "workflow tasks", "/s")
def tasks_per_second(peak: float, workflow_tasks: float) -> float:
    """Peak × workflow tasks."""
    return peak * workflow_tasks


@result(TEMPORAL, "state transitions", "/s")
def transitions_per_second(peak: float, state_transitions: float) -> float:
    """Peak × state transitions."""
    return peak * state_transitions


@result(TEMPORAL, "requests to the frontend", "/s")
def requests(peak: float, workflow_tasks: float, activities: float, signals: float, updates: float) -> float:
    """Peak × (each task is polled and completed; signals; updates)."""
    return peak * (2 * workflow_tasks + 2 * activities + signals + updates)


@result(TEMPORAL, "frontend hosts, at least", "hosts")
def frontends(requests: float, frontend_limit: float) -> float:
    """Requests over one host's limit."""
    return math.ceil(requests / frontend_limit)


@result(TEMPORAL, "server cores", "cores")
def server_cores(peak: float, server_ms: float, cluster_factor: float, busy: float) -> float:
    """Peak × the server's processor time × cluster factor, over how full a core may be."""
    return peak * server_ms / 1000 * cluster_factor / busy


@result(TEMPORAL, "server memory", "bytes")
def server_memory(server_cores: float, server_gb_per_core: float) -> float:
    """Server cores × memory of each."""
    return max(1, server_cores) * server_gb_per_core * 1e9


@result(TEMPORAL, "database commits", "/s")
def temporal_commits(
    peak: float, state_transitions: float, transition_commits: float, visibility_writes: float
) -> float:
    """Peak × (state transitions × commits of each + visibility writes)."""
    return peak * (state_transitions * transition_commits + visibility_writes)


@result(TEMPORAL, "writes to the database's disk", "/s")
def temporal_iops(temporal_commits: float, iops_per_commit: float) -> float:
    """Commits × writes of each; commits that share a write of the log need fewer."""
    return temporal_commits * iops_per_commit


@result(OURS, "worker cores", "cores")
def worker_cores(peak: float, worker_ms: float, busy: float) -> float:
    """Peak × the worker's processor time, over how full a core may be."""
    return peak * worker_ms / 1000 / busy


@result(OURS, "worker processes", "processes")
def workers(worker_cores: float) -> float:
    """One per core, and two at least, so that one may go."""
    return max(2, math.ceil(worker_cores))


@result(OURS, "gateway processes", "processes")
def gateways(peak: float, gateway_ms: float, busy: float) -> float:
    """Peak × the gateway's processor time, over how full a core may be; two at least."""
    return max(2, math.ceil(peak * gateway_ms / 1000 / busy))


@result(OURS, "memory", "bytes")
def our_memory(workers: float, worker_mb: float, gateways: float, gateway_mb: float) -> float:
    """Processes × the most that each may take."""
    return (workers * worker_mb + gateways * gateway_mb) * 1e6


@result(OURS, "business database, cores", "cores")
def database_cores(peak: float, database_ms: float, busy: float) -> float:
    """Peak × PostgreSQL's processor time, over how full a core may be."""
    return peak * database_ms / 1000 / busy


@result(OURS, "business database, commits", "/s")
def business_commits(peak: float, worker_commits: float, gateway_commits: float) -> float:
    """Peak × (the worker's and the gateway's)."""
    return peak * (worker_commits + gateway_commits)


@result(OURS, "business database, the worker's statements", "/s")
def business_statements(peak: float, worker_statements: float) -> float:
    """Peak × statements."""
    return peak * worker_statements


@result(OURS, "writes to the business database's disk", "/s")
def business_iops(business_commits: float, iops_per_commit: float) -> float:
    """Commits × writes of each."""
    return business_commits * iops_per_commit


@result(STORED, "Temporal, open lists", "bytes")
def open_bytes(open_lists: float, temporal_open_bytes: float, database_slack: float) -> float:
    """Open lists × bytes of each × slack."""
    return open_lists * temporal_open_bytes * database_slack


@result(STORED, "Temporal, ended lists", "bytes")
def ended_bytes(ended_lists: float, temporal_ended_bytes: float, database_slack: float) -> float:
    """Ended lists in retention × bytes of each × slack."""
    return ended_lists * temporal_ended_bytes * database_slack


@result(STORED, "business database, a year's lists", "bytes")
def business_year(lists_per_day: float, business_bytes: float, database_slack: float) -> float:
    """Lists of a year × bytes of each × slack."""
    return lists_per_day * YEAR * business_bytes * database_slack


@result(STORED, "business database, at hand", "bytes")
def business_at_hand(business_year: float, days_at_hand: float) -> float:
    """The days' part of a year's."""
    return business_year * days_at_hand / YEAR


@result(STORED, "business database and archive, all years kept", "bytes")
def business_kept(business_year: float, years_kept: float) -> float:
    """A year's × years kept."""
    return business_year * years_kept


@result(SHARDS, "for Temporal's commits", "shards")
def shards_by_commits(temporal_commits: float, database_commits_limit: float) -> float:
    """Commits over what one database bears."""
    return math.ceil(temporal_commits / database_commits_limit)


@result(SHARDS, "for Temporal's bytes", "shards")
def shards_by_bytes(open_bytes: float, ended_bytes: float, database_bytes_limit: float) -> float:
    """Bytes over what one database may hold."""
    return math.ceil((open_bytes + ended_bytes) / database_bytes_limit)


@result(SHARDS, "for the business database's commits", "shards")
def shards_by_business_commits(business_commits: float, database_commits_limit: float) -> float:
    """Commits over what one database bears."""
    return math.ceil(business_commits / database_commits_limit)


@result(SHARDS, "for the business database's bytes", "shards")
def shards_by_business_bytes(business_at_hand: float, database_bytes_limit: float) -> float:
    """Bytes at hand over what one database may hold."""
    return math.ceil(business_at_hand / database_bytes_limit)


@result(SHARDS, "**shards**", "shards")
def shards(
    shards_by_commits: float,
    shards_by_bytes: float,
    shards_by_business_commits: float,
    shards_by_business_bytes: float,
) -> float:
    """The most of these."""
    return max(shards_by_commits, shards_by_bytes, shards_by_business_commits, shards_by_business_bytes)


@result(SHARDS, "Temporal Cloud: actions at the peak", "/s")
def actions_per_second(peak: float, cloud_actions: float) -> float:
    """Peak × actions."""
    return peak * cloud_actions


@result(SHARDS, "Temporal Cloud: namespaces as they come", "namespaces")
def cloud_namespaces(actions_per_second: float, cloud_limit: float) -> float:
    """Actions over a namespace's limit."""
    return math.ceil(actions_per_second / cloud_limit)


@result(SHARDS, "Temporal Cloud: namespaces, most provisioned", "namespaces")
def cloud_namespaces_provisioned(actions_per_second: float, cloud_limit_provisioned: float) -> float:
    """Actions over a namespace's largest limit."""
    return math.ceil(actions_per_second / cloud_limit_provisioned)


def reckon(size: Size, figures: Mapping[str, Figure]) -> dict[str, Result]:
    """Every result for one size. Raises KeyError naming a figure that is missing."""
    found: dict[str, Result] = {
        "lists_per_day": Result(size.lists_per_day, frozenset({"given"})),
        "peak": Result(size.peak, frozenset({"given"})),
    } | {name: Result(each.value, frozenset({each.kind})) for name, each in figures.items()}

    def value(name: str) -> Result:
        if name not in found:
            inputs = {each: value(each) for each in inspect.signature(FORMULAS[name].reckon).parameters}
            reckoned = FORMULAS[name].reckon(**{each: known.value for each, known in inputs.items()})
            found[name] = Result(reckoned, frozenset().union(*(known.kinds for known in inputs.values())))
        return found[name]

    return {name: value(name) for name in FORMULAS}
