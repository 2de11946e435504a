"""CPU from handing over a real daily attendance file to visible weekly numbers, reading process included. Goal: 15 s.

Run: python -m benchmarks.loading FILE [FILE …]
"""
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

from benchmarks.first_start import spent
from data.access import EVERYTHING
from data.home import Home
from indicators.district import District

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        district = District.open(Home(Path(folder) / "home"))
        for file in map(Path, sys.argv[1:]):
            begun = spent()
            upload = district.receive(file, file.name, by="benchmark", at=datetime(2026, 11, 20))
            understood = district.understand(upload)
            previewed = spent()
            district.accept(understood, at=datetime(2026, 11, 20))
            accepted = spent()
            district.view(EVERYTHING, date(2026, 11, 20))
            print(f"{file.name}: {understood.prepared.rows:,} rows; preview {previewed - begun:.1f}, stored {accepted - previewed:.1f}, "
                  f"first view {spent() - accepted:.1f}; in all {spent() - begun:.1f} CPU s")
        district.close()
