"""Is "what we would notice" true of our own lights? Drops of the size we state, and more and less, planted and looked for.

Run: python -m benchmarks.noticing [--seed 0] [--seeds 40] [--autocorrelation 0.3]
"""
from __future__ import annotations

import argparse

import numpy as np

from benchmarks import ours
from benchmarks.planted_district import District
from benchmarks.planted_notice import noticed
from indicators.detecting import NOTICED_IN, NOTICED_WITHIN


def worsening(district: District) -> np.ndarray:
    return np.minimum(ours.lights(district), 0)


def main() -> None:
    wanted = argparse.ArgumentParser(prog="noticing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--seed", type=int, default=0)
    wanted.add_argument("--seeds", type=int, default=40)
    wanted.add_argument("--autocorrelation", type=float, default=0.0, metavar="A")
    asked = wanted.parse_args()
    seen = noticed(worsening, ours.noticed, range(asked.seed, asked.seed + asked.seeds), promised=NOTICED_IN, autocorrelation=asked.autocorrelation)
    print(f"Drops of so many times what we say we would notice within {NOTICED_WITHIN} weeks, and the share that was (promised: {NOTICED_IN:.0%}):")
    print("  ".join(f"{factor:g}: {share:.0%}" for factor, share in seen.found.items()))
    print(f"The promised share is noticed at {seen.true_over_stated:.2f} times what we say.")


if __name__ == "__main__":
    main()
