"""The tables of tools/compare/compare.py, no wider than a terminal's 80 columns."""

from statistics import mean, median
from typing import NamedTuple


class Events(NamedTuple):
    """The times of the events, in seconds after the start."""

    ipamd_restarts: int
    away: int
    back: int
    collectors_restart: int
    quiet: int
    end: int


class Run(NamedTuple):
    """The data of a run."""

    nodes: list
    collectors: list
    start: int
    events: Events

    @property
    def end(self):
        return self.start + self.events.end

    @property
    def minutes(self):
        return range(self.start, self.end, 60)

    def truth(self, counter, *reader_until):
        return sum(node.counted(counter, *reader_until) for node in self.nodes)

    def assigned(self, minute):
        """Returns the number of assigned addresses on all nodes at the end of a minute."""
        return sum(node.assigned_at(minute + 60) for node in self.nodes)

    def total(self, collector, name):
        """Returns the Sum of all datums of a counter, or None if the collector has no such metric."""
        values = collector.values(name, self.start, self.end).values()
        return sum(map(sum, values)) if name else None


def counts(run):
    """The exact counts of a run, and the addresses by minute."""
    events, collectors = run.events, run.collectors
    lines = [
        line("", [each.title for each in collectors]),
        *counter(run, "ADD requests", "added"),
        *counter(run, "refusals of pods", "refused"),
        line("minutes without data: outage", [missing(run, each, events.away, events.back) for each in collectors]),
        line("  ipamD's restart", [missing(run, each, events.ipamd_restarts) for each in collectors]),
        line("  its own restart", [missing(run, each, events.collectors_restart) for each in collectors]),
        line("requests refused in the outage", [each.cloudwatch.refused for each in collectors])]
    return "\n".join(lines + ["", *by_minute(run)])


def counter(run, title, name):
    """The true count, and the count of each collector."""
    truth, collectors = run.truth(name), run.collectors
    known = [run.truth(name, each.title) for each in collectors]
    in_time = [run.truth(name, each.title, run.start + run.events.quiet) for each in collectors]
    sums = [run.total(each, getattr(each, name)) for each in collectors]
    return [
        line(f"{title}: the truth", [truth] * len(collectors)),
        line("  lost when ipamD was killed", [truth - each for each in known]),
        line("  so it could read", known),
        line("    of these, in the quiet minute", [each - before for each, before in zip(known, in_time)]),
        line("  Sum in its CloudWatch", sums),
        line("  wrong beyond that", [None if each is None else each - could for each, could in zip(sums, known)])]


def unexplained(run):
    """Returns whether the agent's counts differ from the counts that the agent could read."""
    agent = run.collectors[0]
    return (run.total(agent, agent.added) - run.truth("added", agent.title),
            run.total(agent, agent.refused) - run.truth("refused", agent.title)) != (0, 0)


def missing(run, collector, begins, ends=None):
    """Returns the number of an event's minutes that have no datum."""
    known = collector.values(collector.assigned, run.start, run.end)
    minutes = range(run.start + begins // 60 * 60, run.start + (ends or begins + 1), 60)
    return sum(minute not in known for minute in minutes)


def by_minute(run):
    rows = [("assigned; minute", range(1, len(run.minutes) + 1)),
            ("truth at its end", [run.assigned(minute) for minute in run.minutes])]
    for each in run.collectors:
        datums = each.values(each.assigned, run.start, run.end)
        values = [datums.get(minute, []) for minute in run.minutes]
        rows.append((f"{each.title}: Sum", [sum(some) if some else None for some in values]))
        if each.title != "agent":
            rows.append((f"  {reading(run, each)[0]}", [cluster_value(run, each, some) for some in values]))
        rows.append(("  datums", [len(some) for some in values]))
    for title, cells in rows:
        yield f"{title:22}" + "".join(f"{text(cell):>6}" for cell in cells)


def reading(run, collector):
    """The best statistic for a collector's gauge over all nodes, and the factor to multiply it by."""
    return {"agent": ("Sum", 0), "helper": ("Average", 1),
            "Telegraf": (f"Average × {len(run.nodes)}", len(run.nodes))}[collector.title]


def cluster_value(run, collector, values):
    factor = reading(run, collector)[1]
    return (mean(values) * factor if factor else sum(values)) if values else None


def costs(runs):
    """Returns medians of the figures that differ from run to run."""
    first = runs[0]
    titles = [each.title for each in first.collectors]
    hours = first.events.end / 3600
    rows = [
        ("processes", lambda run, each: len(each.processes)),
        ("RSS of one, MB", lambda run, each: mean(each.rss)),
        ("  of it anonymous, MB", lambda run, each: mean(each.anonymous)),
        ("CPU of one start, ms", lambda run, each: 1000 * mean(each.cpu_of_start)),
        ("CPU after the start, ms a minute", lambda run, each: 1000 * mean(each.cpu) / each.cpu_minutes),
        ("requests an hour, both nodes", lambda run, each: len(requests(run, each)) / hours),
        ("body bytes an hour", lambda run, each: sum(requests(run, each)) / hours),
        ("datums an hour", lambda run, each: len(datums(run, each)) / hours),
        ("assigned, mean error at minute's end", error),
        ("first refused pod to datum, s", until_datum)]
    table = [line("", titles)]
    for title, cell in rows:
        cells = [[cell(run, run.collectors[i]) for run in runs] for i in range(len(titles))]
        table.append(line(title, [None if None in some else median(some) for some in cells]))
    return "\n".join(table)


def requests(run, collector):
    return [size for when, size in collector.cloudwatch.requests if run.start <= when < run.end]


def datums(run, collector):
    return [name for when, name, _, _ in collector.cloudwatch.datums if run.start <= when < run.end]


def error(run, collector):
    """The mean error over the minutes that have data."""
    known = collector.values(collector.assigned, run.start, run.end)
    errors = [abs(cluster_value(run, collector, some) - run.assigned(minute)) for minute, some in known.items()]
    return mean(errors) if errors else None


def until_datum(run, collector):
    refused = min(filter(None, (node.refused_at() for node in run.nodes)))
    arrived = [when for when, name, value, _ in collector.cloudwatch.datums if name == collector.refused and value > 0]
    return min(arrived) - refused if arrived else None


def line(title, cells):
    return f"{title:38}" + "".join(f"{cell if isinstance(cell, str) else text(cell):>13}" for cell in cells)


def text(number):
    if number is None:
        return "-"
    return f"{number:,.1f}" if number < 100 and number != int(number) else f"{number:,.0f}"
