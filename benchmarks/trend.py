"""CPU time to judge 500 schools x 30 indicators x 160 weeks, a tenth of them missing: chart rules and lights. Run: python -m benchmarks.trend"""
from __future__ import annotations

import os
from collections.abc import Callable
from statistics import median
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")      # as run.py starts the app

import numpy as np

from indicators.changes import Numbers, found
from indicators.trend import assurance, judged, provisional, signals, usual_range, variation

SCHOOLS, INDICATORS, WEEKS, WEEKS_A_YEAR, REPEATS = 500, 30, 160, 40, 5


def judge(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray) -> None:
    counted = judged(numerator, denominator, usable)
    usual = usual_range(numerator, denominator, counted)
    signal = signals(numerator / denominator, usual, counted)
    variation(signal, counted, "higher")
    provisional(counted)
    assurance(usual, counted, 0.94, "higher")


def numbers(numerator: np.ndarray, denominator: np.ndarray) -> Numbers:
    """One indicator of four years, two levels of school, and the district."""
    usable, week = np.isfinite(numerator), np.arange(WEEKS)
    whole = np.where(usable, numerator, 0).sum(0) / np.where(usable, denominator, 0).sum(0)
    return Numbers(100 * numerator / denominator, denominator, usable, 100 * whole, week // WEEKS_A_YEAR,
                   np.where(week >= WEEKS_A_YEAR, week - WEEKS_A_YEAR, -1), np.arange(len(numerator)) % 2, False)


def measured(work: Callable[[], object]) -> tuple[float, str]:
    seconds = []
    for _ in range(REPEATS):
        start = process_time()
        work()
        seconds.append(process_time() - start)
    return median(seconds), f"{median(seconds):.3f} CPU s (median of {REPEATS}, {min(seconds):.3f} to {max(seconds):.3f})"


def main() -> None:
    chance = np.random.default_rng(8)
    series = SCHOOLS * INDICATORS
    denominator = chance.integers(200, 900, (series, WEEKS)).astype(float)
    numerator = chance.binomial(denominator.astype(int), 0.93).astype(float)
    numerator[chance.random(numerator.shape) < 0.1] = np.nan
    usable = np.ones(numerator.shape, bool)
    each = [numbers(numerator[at:at + SCHOOLS], denominator[at:at + SCHOOLS]) for at in range(0, series, SCHOOLS)]
    rules, told = measured(lambda: judge(numerator, denominator, usable))
    print(f"trend: {series:,} series x {WEEKS} weeks judged in {told}")
    lights, told = measured(lambda: [found(one, series, 1.0, 1) for one in each])
    print(f"lights: {INDICATORS} indicators x {SCHOOLS} schools x {WEEKS} weeks in {told}\ntogether: {rules + lights:.3f} CPU s")


if __name__ == "__main__":
    main()
