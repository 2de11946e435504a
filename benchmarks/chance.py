"""Evidence reached by chance: how high it newly comes once in so many series-weeks of districts in which nothing changes.

Run: python -m benchmarks.chance [--seeds 100]. `detecting.CHANCE_AT` and `CHANCE_SLOPE` are fitted to what it prints.
"""
from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from benchmarks.ours import numbers
from benchmarks.planted_district import draw
from indicators.changes import ENOUGH_HISTORY, Numbers, found
from indicators.detecting import lit, threshold

ONE_IN = (30, 100, 300, 1000, 3000, 10_000)
AUTOCORRELATIONS = (0.0, 0.15, 0.3, 0.5)
ROUNDS = 20                 # of halving, for a threshold


def reached(evidence: np.ndarray, one_in: float) -> float:
    """The threshold over which (series, weeks) newly come once in so many series-weeks."""
    low, high = 0.1, 40.0
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        lights = lit(evidence, middle)
        new = lights[:, 0].sum() + (lights[:, 1:] & ~lights[:, :-1]).sum()
        low, high = (middle, high) if new > evidence.size / one_in else (low, middle)
    return high


def quiet(seeds: range, autocorrelation: float, schools: int = 40, first_year: bool = False) -> tuple[np.ndarray, float]:
    """Evidence for the worse of every school-series, and how alike weeks were found to be, in the mean."""
    fallen, alike = [], []
    for seed in seeds:
        district = draw(seed, autocorrelation=autocorrelation, schools=schools)
        for i in range(len(district.name)):
            seen = found(_without_last_year(numbers(district, i)) if first_year else numbers(district, i), 1, 1.0)
            worse = (seen.evidence.fall if district.better[i] > 0 else seen.evidence.rise)[:-1]
            # The first year's first weeks are learned from: they cannot surprise, and do not count.
            fallen.append(worse[:, ENOUGH_HISTORY // 2:] if first_year else worse)
            alike.append(seen.alike)
    return np.concatenate(fallen), float(np.mean(alike))


def _without_last_year(all_weeks: Numbers) -> Numbers:
    new = all_weeks.year == all_weeks.year.max()
    parts = {name: part[..., new] for name, part in vars(all_weeks).items() if name in ("value", "exposure", "usable", "whole", "year")}
    return replace(all_weeks, **parts, last_year=np.full(new.sum(), -1))


def main() -> None:
    wanted = argparse.ArgumentParser(prog="chance", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--seeds", type=int, default=100)
    seeds, points = range(5000, 5000 + wanted.parse_args().seeds), []
    print("once in so many series-weeks".ljust(34) + "alike" + "".join(f"{n:>12,}" for n in ONE_IN))
    for name, how in (("40 schools, last year known", {}), ("40 schools, first year", {"first_year": True}), ("8 schools, last year known", {"schools": 8})):
        for autocorrelation in AUTOCORRELATIONS:
            evidence, alike = quiet(seeds if len(how) == 0 else range(seeds.start, seeds.start + 2 * len(seeds)), autocorrelation, **how)
            levels = [reached(evidence, n) for n in ONE_IN]
            points += [(alike, n, level) for n, level in zip(ONE_IN, levels, strict=True)] if not how else []
            print(f"{name}, {autocorrelation:g}".ljust(34) + f"{alike:5.2f}"
                  + "".join(f"{level:6.2f} {threshold(n, alike, 'first_year' in how):5.2f}" for n, level in zip(ONE_IN, levels, strict=True)), flush=True)
    alike, often, level = np.array(points).T
    fit = np.linalg.lstsq(np.column_stack([np.ones_like(alike), alike, np.log(often), alike * np.log(often)]), level, rcond=None)[0]
    print(f"Beside each the threshold in use. Fitted to the first {len(AUTOCORRELATIONS)} rows: CHANCE_AT = ({fit[0]:.3f}, {fit[1]:.3f}), "
          f"CHANCE_SLOPE = ({fit[2]:.3f}, {fit[3]:.3f})")


if __name__ == "__main__":
    main()
