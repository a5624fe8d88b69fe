#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# toml-test.py TOML-SHOW DIR: every case of the public toml-test suite for TOML 1.0, which is in DIR or where TOML_TEST says:
# a valid one means what its .json says, an invalid one is refused with the line and column.

import json
import math
import os
import re
import subprocess
import sys

tool, directory = sys.argv[1], os.environ.get("TOML_TEST", sys.argv[2])
tests = os.path.join(directory, "tests")
CASES_AT_ONCE = 100  # as arguments of one process


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(77)


def number(text):
    value = float(text.replace("_", ""))
    return "nan" if math.isnan(value) else value


def moment(text):
    """Its parts: what is left out at the end of a fraction is zero, and letters and blanks are as good as each other."""
    text = text.upper().replace(" ", "T").replace("+00:00", "Z").replace("-00:00", "Z")
    return re.sub(r"(\.\d*?)0+(?!\d)", r"\1", text).replace(".Z", "Z").rstrip(".")


def plain(value):
    """What two descriptions of the same value have in common."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if set(value) == {"type", "value"} and isinstance(value["type"], str):
        kind, text = value["type"], value["value"]
        if kind == "float":
            return kind, number(text)
        if kind == "integer":
            return kind, int(text)
        return kind, moment(text) if kind not in ("string", "bool") else text
    return {k: plain(v) for k, v in value.items()}


def judge(case, shown):
    """Why it is wrong, or nothing."""
    if case.startswith("invalid/"):
        return "" if re.match(r"refused: line \d+, column \d+: .", shown) else "not refused, or not where"
    if shown.startswith("refused: "):
        return shown
    with open(os.path.join(tests, case[: -len(".toml")] + ".json"), encoding="utf-8") as f:
        wanted = plain(json.load(f))
    got = plain(json.loads(shown))
    return "" if got == wanted else f"means {got}, not {wanted}"


def main():
    try:
        with open(os.path.join(tests, "files-toml-1.0.0"), encoding="ascii") as f:
            cases = sorted(line.strip() for line in f if line.strip().endswith(".toml"))
    except FileNotFoundError:
        skip(f"the toml-test suite is not in {directory}: set TOML_TEST")
    if not cases:
        skip(f"no cases are listed in {tests}")

    bad = 0
    for start in range(0, len(cases), CASES_AT_ONCE):
        some = cases[start : start + CASES_AT_ONCE]
        paths = [os.path.join(tests, case) for case in some]
        out = subprocess.run([tool, *paths], check=True, stdout=subprocess.PIPE).stdout.decode()
        lines = out.split("\n")[:-1]
        assert len(lines) == len(some), "a line for each"
        for case, shown in zip(some, lines):
            why = judge(case, shown)
            bad += why != ""
            if why:
                print(f"# {case}: {why}")
    print(f"{'not ok' if bad else 'ok'} 1 - {len(cases) - bad} of {len(cases)} cases of toml-test")
    print("1..1")
    sys.exit(bad > 0)


main()
