"""Districts with planted changes: what each rule puts on the weekly agenda for nothing, what it finds and how soon.

Run: python -m indicators planted [--seed 0] [--seeds 200] [--autocorrelation 0.3]
"""
from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.best_detectors import GRID, ORACLES, best_of
from benchmarks.best_possible import best_possible
from benchmarks.planted_changes import mixture
from benchmarks.planted_district import District, draw
from benchmarks.planted_score import Find, Share, busy_weeks, drops, everybody, finds, noise, share
from benchmarks.rivals import RIVALS

Detector = Callable[[District], np.ndarray]
ON_AN_AGENDA = 1.0                  # noise signals for the worse at which the grid is calibrated when no detector of ours says otherwise
WIDTH = 46
TINY = 1e-9


@dataclass(frozen=True)
class Result:
    """One rule over all seeds."""
    name: str
    noise: np.ndarray               # new signals on each agenda of each seed's district with nothing planted
    beside: float                   # the same on the series that nothing planted touches, while others change
    found: list[Find]
    by_chance: list[Find]           # the same changes looked for where they were not planted


def report(seeds: Sequence[int], detectors: Mapping[str, Detector], *, autocorrelation: float = 0.0) -> str:
    """Every detector and rival on the same districts, then the best of the grid at the noise of the first detector's worsening lights."""
    untouched = [draw(seed, autocorrelation=autocorrelation) for seed in seeds]
    changed = [draw(seed, autocorrelation=autocorrelation, planted=mixture(seed)) for seed in seeds]
    ours = [result for name, detector in detectors.items() for result in _each_way(name, detector, untouched, changed)]
    results = ours + [measured(name, detector, untouched, changed) for name, detector in RIVALS.items()]
    at, said = (float(ours[0].noise.mean()) if ours else ON_AN_AGENDA), []
    for name, grid in (("best learned CUSUM or EWMA", GRID), ("best with the true baseline", ORACLES)):
        best = best_of(grid, untouched, changed, at / untouched[0].noise_sd.size)
        results.append(_judged(name, best.untouched, best.changed, untouched, changed))
        said.append(f"{name}: {best.detector}" + _part_of(ours, results[-1]))
    possible = best_possible(untouched, changed, at / untouched[0].noise_sd.size, autocorrelation)
    results.append(_judged("possible where only the level is unknown", *possible, untouched, changed))
    said.append("what is possible" + _part_of(ours, results[-1]))
    head = (f"{len(seeds)} districts of {untouched[0].noise_sd.shape[1]} schools and {len(untouched[0].name)} indicators, "
            f"autocorrelation {autocorrelation:g}; the last three rows calibrated to {at:.2f} noise signals an agenda, drops only.")
    return "\n\n".join([head, _main_table(results), _by_kind(results), _whole(results), "\n".join(said)])


def _each_way(name: str, detector: Detector, untouched: Sequence[District], changed: Sequence[District]) -> list[Result]:
    """A detector's worsening lights, its improving ones and both: a budget is kept in each way."""
    quiet, moved = ([detector(one) for one in some] for some in (untouched, changed))
    ways = ((f"{name}, worsening", np.minimum), (f"{name}, improving", np.maximum), (f"{name}, both", np.add))
    return [_judged(way, [only(lit, 0) for lit in quiet], [only(lit, 0) for lit in moved], untouched, changed) for way, only in ways]


def _part_of(ours: Sequence[Result], best: Result) -> str:
    """How much of what the best finds the first of ours does."""
    if not ours:
        return ""
    mine, theirs = (share(drops(one.found, 2.0)).within for one in (ours[0], best))
    return "; " + ", ".join(f"{ours[0].name} finds {100 * mine[weeks] / max(theirs[weeks], TINY):.0f} % as many within {weeks} weeks" for weeks in (4, 6))


def measured(name: str, detector: Detector, untouched: Sequence[District], changed: Sequence[District]) -> Result:
    return _judged(name, [detector(one) for one in untouched], [detector(one) for one in changed], untouched, changed)


def _judged(name: str, quiet: Sequence[np.ndarray], moved: Sequence[np.ndarray], untouched: Sequence[District],
            changed: Sequence[District]) -> Result:
    signals, beside = (np.array([noise(lit, one) for lit, one in zip(lights, districts, strict=True)])
                       for lights, districts in ((quiet, untouched), (moved, changed)))
    found, by_chance = ([find for lit, one in zip(lights, changed, strict=True) for find in finds(lit, one)] for lights in (moved, quiet))
    return Result(name, signals, float(beside.mean()), found, by_chance)


def _main_table(results: Sequence[Result]) -> str:
    rows = [("a lasting drop of 2 sd at one school", "noise/agenda", "> 3", "beside", "1", "2", "3", "4", "6", "8 wk", "by chance", "median", "wrong %")]
    for one in results:
        drop, luck, all_single = share(drops(one.found, 2.0)), share(drops(one.by_chance, 2.0)), share(_single(one.found))
        rows.append((one.name, f"{one.noise.mean():.2f}", _percent(busy_weeks(one.noise)), f"{one.beside:.2f}", *map(_percent, drop.within.values()),
                     _percent(luck.within[4]), _weeks(drop), f"{100 * all_single.wrong:.2f}"))
    note = ("noise/agenda: new signals a week with nothing planted; > 3: share of weeks with more than three; beside: the same\n"
            "at series left alone while others change (the district's own row included). Found within so many weeks, %;\n"
            "by chance: the same within 4 weeks without the drop. wrong: % of changes at single schools of at least 1 sd with a new light the\n"
            "other way within eight weeks. A light already on when the change comes does not count as finding it.")
    return _aligned(rows) + "\n" + note


def _single(found: Sequence[Find]) -> list[Find]:
    return [find for find in found if find.planted.reach == "one school" and find.planted.sd >= 1.0 - 1e-9]


def _by_kind(results: Sequence[Result]) -> str:
    """Found within four and within eight weeks, by size, shape and reach."""
    kinds: list[tuple[str, Callable[[Sequence[Find]], list[Find]]]] = [
        (f"{size:g} sd", lambda found, size=size: drops(found, size)) for size in (1.0, 2.0, 3.0)]
    kinds += [(f"{size:g} pt", lambda found, size=size: _points(found, size)) for size in (0.5, 1.0, 2.0, 4.0)]
    kinds += [("2 sd slow", lambda found: drops(found, 2.0, gradual=True)), ("2 sd rise", lambda found: drops(found, 2.0, direction=1)),
              ("2 sd caseload", lambda found: drops(found, 2.0, reach="caseload"))]
    rows = [("found within 4 / 8 weeks, %", *(name for name, _ in kinds))]
    rows += [(one.name, *(_four_and_eight(share(pick(one.found))) for _, pick in kinds)) for one in results]
    rows.append(("changes planted", *(str(len(pick(results[0].found))) for _, pick in kinds)))
    return _aligned(rows) + "\nDrops at one school, sudden unless slow (over four weeks); points are of the attendance rate."


def _points(found: Sequence[Find], size: float) -> list[Find]:
    return [find for find in found if find.planted.wished == (size, "points") and not find.planted.gradual and find.planted.direction == -1]


def _whole(results: Sequence[Result]) -> str:
    rows = [("a change for everybody", "told as the district's", "and only so", "schools lit besides")]
    for one in results:
        whole = everybody(one.found)
        rows.append((one.name, _percent(whole.found), _percent(whole.once), f"{whole.school_lights:.1f}"))
    return _aligned(rows) + "\nWithin eight weeks, %; only so: at most one school lit on its own. A rule without a district light cannot tell it."


def _percent(part: float) -> str:
    return "-" if np.isnan(part) else f"{100 * part:.0f}"


def _weeks(some: Share) -> str:
    return f"{some.median_weeks:.0f}" if np.isfinite(some.median_weeks) else "never"


def _four_and_eight(some: Share) -> str:
    return f"{_percent(some.within[4])} / {_percent(some.within[8])}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(1, len(rows[0]))]
    return "\n".join(row[0].ljust(WIDTH) + "".join(cell.rjust(width + 2) for cell, width in zip(row[1:], widths, strict=True)) for row in rows)


def main(arguments: Sequence[str] | None = None, detectors: Mapping[str, Detector] | None = None) -> int:
    """The command's body; the caller hands in what it wants measured beside the rivals."""
    wanted = argparse.ArgumentParser(prog="planted", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--seed", type=int, default=0, help="the first seed")
    wanted.add_argument("--seeds", type=int, default=200, help="how many districts, one a seed")
    wanted.add_argument("--autocorrelation", type=float, default=0.0, metavar="A")
    asked = wanted.parse_args(arguments)
    print(report(range(asked.seed, asked.seed + asked.seeds), detectors or {}, autocorrelation=asked.autocorrelation))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
