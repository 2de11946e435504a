"""The ceiling on plain series: a 2-sd drop found by the best CUSUM when baseline and noise are known. Run: python -m benchmarks.planted_limits

One new false signal in 360 series-weeks; when only drops may be signalled ("one way") or drops and rises share that budget ("both ways").
"""
from __future__ import annotations

import numpy as np

from benchmarks.best_detectors import K, cusum, threshold_at

SERIES, WEEKS, CHANGE, DROP, RATE = 20_000, 36, 18, 2.0, 1 / 360
WITHIN = (1, 2, 3, 4, 6)


def plain(autocorrelation: float, *, series: int = SERIES, missing: float = 0.0, seed: int = 0) -> np.ndarray:
    """Standard noise and nothing else."""
    chance = np.random.default_rng(seed)
    z = chance.standard_normal((series, WEEKS)).astype(np.float32)
    for week in range(1, WEEKS):
        z[:, week] = autocorrelation * z[:, week - 1] + np.sqrt(1 - autocorrelation ** 2) * z[:, week]
    return np.where(chance.random(z.shape) < missing, np.float32(np.nan), z)


def found(z: np.ndarray, both_ways: bool, rate: float = RATE) -> tuple[float, dict[int, float]]:
    """The k that finds most within four weeks, and what it finds; a sum already over its threshold before the drop finds nothing."""
    dropped = z.copy()
    dropped[:, CHANGE:] -= DROP
    best = (0.0, dict.fromkeys(WITHIN, 0.0))
    for k in K:
        down = cusum(-z, k)
        threshold = threshold_at(np.maximum(down, cusum(z, k)) if both_ways else down, rate)
        over = cusum(-dropped, k)[:, CHANGE - 1:] > threshold
        begins = over[:, 1:] & ~over[:, :-1] & ~over[:, :1]
        share = {weeks: float(begins[:, :weeks].any(1).mean()) for weeks in WITHIN}
        best = max(best, (k, share), key=lambda pair: pair[1][4])
    return best


if __name__ == "__main__":
    print("autocorrelation  missing  signals     k   " + "  ".join(f"{weeks:>4} wk" for weeks in WITHIN))
    for autocorrelation in (0.0, 0.3):
        for missing in (0.0, 0.08):
            for both_ways in (False, True):
                k, share = found(plain(autocorrelation, missing=missing), both_ways)
                print(f"{autocorrelation:>15}  {missing:>7}  {'both ways' if both_ways else 'one way':<9}  {k:<4}"
                      + "  ".join(f"{part:7.3f}" for part in share.values()))
