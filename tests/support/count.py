#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count the cases in meson's test logs: each line "ok N" or "not ok N" that a test printed is one.

A test that failed without a failed case counts as one failure, and a test without cases as one case.
Skipped cases are printed with their reason."""

import json
import re
import sys

CASE = re.compile(r"^(ok|not ok) \d+(?: - )?(.*?)(?:\s+#\s*(skip|SKIP)\b(.*))?$", re.M)
SKIP_STATUS = 77


def count(test):
    passed = failed = skipped = 0
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    for verdict, name, skip, reason in CASE.findall(output):
        if skip:
            skipped += 1
            print(f"skipped: {test['name']}: {name}: {reason.strip(' :') or 'no reason given'}")
        elif verdict == "ok":
            passed += 1
        else:
            failed += 1
            print(f"FAILED: {test['name']}: {name}")
    if test["result"] == "SKIP" and not skipped:
        skipped += 1
        reason = (output.strip().splitlines() or ["no reason given"])[-1]
        print(f"skipped: {test['name']}: {reason}")
    elif test["result"] not in ("OK", "SKIP") and not failed:
        failed += 1
        print(f"FAILED: {test['name']}: {test['result']}")
    elif not passed + failed + skipped:
        passed += 1
    return passed, failed, skipped


def main():
    totals = [0, 0, 0]
    for path in sys.argv[1:]:
        try:
            lines = open(path, encoding="utf-8", errors="replace").read().splitlines()
        except OSError as e:
            print(f"FAILED: {path}: {e.strerror}")
            totals[1] += 1
            continue
        for line in lines:
            totals = [a + b for a, b in zip(totals, count(json.loads(line)))]
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    return 1 if totals[1] else 0


sys.exit(main())
