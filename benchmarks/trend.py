"""CPU time to judge 15,000 series of 160 weeks, a tenth of them missing. Run: python -m benchmarks.trend"""
from __future__ import annotations

from statistics import median
from time import process_time

import numpy as np

from indicators.trend import assurance, judged, provisional, signals, usual_range, variation

SERIES, WEEKS, REPEATS = 15_000, 160, 5


def judge(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray) -> None:
    counted = judged(numerator, denominator, usable)
    usual = usual_range(numerator, denominator, counted)
    signal = signals(numerator / denominator, usual, counted)
    variation(signal, counted, "higher")
    provisional(counted)
    assurance(usual, counted, 0.94, "higher")


def main() -> None:
    chance = np.random.default_rng(8)
    denominator = chance.integers(200, 900, (SERIES, WEEKS)).astype(float)
    numerator = chance.binomial(denominator.astype(int), 0.93).astype(float)
    numerator[chance.random(numerator.shape) < 0.1] = np.nan
    usable = np.ones(numerator.shape, bool)
    seconds = []
    for _ in range(REPEATS):
        start = process_time()
        judge(numerator, denominator, usable)
        seconds.append(process_time() - start)
    print(f"trend: {SERIES:,} series x {WEEKS} weeks judged in {median(seconds):.3f} CPU s"
          f" (median of {REPEATS}, {min(seconds):.3f} to {max(seconds):.3f})")


if __name__ == "__main__":
    main()
