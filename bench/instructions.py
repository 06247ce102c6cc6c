#!/usr/bin/env python3
"""Instructions of one webhook between its bytes and the inbox. As a test: held within 5 % of what was written down.

instructions.py PROGRAM BUILD_TYPE          compares
instructions.py PROGRAM BUILD_TYPE --keep   writes down what it counts now: for a change that is meant
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

KEPT = pathlib.Path(__file__).with_name("instructions_per_webhook.json")
TOLERANCE = 0.05


def count(program):
    """The difference of two runs, so that starting the program does not count. None without a valgrind that works."""
    if not shutil.which("valgrind"):
        return None
    # OpenSSL takes other code on other processors; without their extensions the count is the same everywhere.
    environment = {**os.environ, "OPENSSL_ia32cap": "0x0:0x0"}
    counted = []
    for times in (500, 1500):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), str(times)],
            capture_output=True, text=True, timeout=120, check=False, env=environment)
        found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
        if not found:
            return None
        counted.append(int(found.group(1)))
    return (counted[1] - counted[0]) / 1000


def main():
    program, build_type = sys.argv[1:3]
    now = count(program)
    if now is None:
        print("valgrind did not count")
        return 1
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if "--keep" in sys.argv:
        KEPT.write_text(json.dumps({**kept, build_type: round(now)}, indent=2, sort_keys=True) + "\n")
        return 0
    print(f"{now:.0f} instructions per webhook; {kept[build_type]} were written down")
    return 0 if abs(now / kept[build_type] - 1) <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
