"""Spreadsheets as schools send them, by kind: how many are read right, told, asked about, refused, or wrong. Goal: none wrong.

Run: python -m benchmarks.messy [--seeds 50] [--kinds NAME …] [--mixtures 200]
"""
import argparse
import tempfile
from pathlib import Path

from tests.messy import KINDS, case, mixture
from tests.messy_judge import judge_all, opened, table

if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--seeds", type=int, default=50)
    wanted.add_argument("--kinds", nargs="*", default=[*KINDS], choices=[*KINDS])
    wanted.add_argument("--mixtures", type=int, default=0)
    said = wanted.parse_args()
    verdicts = []
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "home") as district:
        for kind in said.kinds:
            verdicts += judge_all(district, [case(kind, seed) for seed in range(said.seeds)])
        verdicts += judge_all(district, [mixture(seed) for seed in range(said.mixtures)])
    print(table(verdicts))
