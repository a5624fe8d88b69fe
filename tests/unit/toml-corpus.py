#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compare the TOML reader with the public corpus (github.com/toml-lang/toml-test): a valid case must have the value of its .json
file, and an invalid one must be refused with a line and a column.

    toml-corpus.py PROGRAM DIRECTORY

PROGRAM prints the TOML on its input as typed JSON. TOML_TEST in the environment overrides DIRECTORY."""

import json
import os
import re
import subprocess
import sys

# A valid case of 1.0 is valid in 1.1, too; an invalid one may be valid now.
VALID_BEFORE, LIST = "files-toml-1.0.0", "files-toml-1.1.0"


def number(text):
    """The value of a number; all NaNs are equal."""
    value = text.replace("_", "").lower().lstrip("+")
    return "nan" if value.endswith("nan") else float(value)


def date(text):
    """Normalise: upper case, a T before the time, seconds, no trailing zeros in the fraction."""
    text = text.upper().replace(" ", "T")
    text = re.sub(r"(^|T)(\d\d:\d\d)(?!:)", r"\1\2:00", text)
    return re.sub(r"\.(\d+)", lambda m: ("." + m.group(1)).rstrip("0").rstrip("."), text)


def meaning(value):
    if isinstance(value, list):
        return [meaning(v) for v in value]
    if set(value) == {"type", "value"} and isinstance(value["value"], str):
        kind, text = value["type"], value["value"]
        if kind == "float":
            return kind, number(text)
        if kind.startswith(("date", "time")):
            return kind, date(text)
        return kind, text
    return {k: meaning(v) for k, v in value.items()}


def read_names(directory, list_name):
    with open(os.path.join(directory, list_name), encoding="utf-8") as f:
        return [n for n in f.read().split("\n") if n.endswith(".toml")]


def check(program, directory, name):
    """The error, or None."""
    with open(os.path.join(directory, name), "rb") as toml:
        run = subprocess.run([program], stdin=toml, capture_output=True, timeout=60)
    if name.startswith("invalid/"):
        if run.returncode != 1:
            return f"exit status {run.returncode}, should be 1"
        place = re.match(rb"line [1-9]\d*, column [1-9]\d*: .", run.stderr)
        return None if place else f"no place in the error: {run.stderr!r}"

    if run.returncode != 0:
        return f"exit status {run.returncode}: {run.stderr.decode(errors='replace').strip()}"
    with open(os.path.join(directory, name[: -len("toml")] + "json"), encoding="utf-8") as f:
        wanted = meaning(json.load(f))
    got = meaning(json.loads(run.stdout.decode("utf-8")))
    return None if got == wanted else f"means {got}, should mean {wanted}"


def main():
    program, directory = sys.argv[1], os.path.join(os.environ.get("TOML_TEST") or sys.argv[2], "tests")
    if not os.path.isfile(os.path.join(directory, LIST)):
        print("1..1\nok 1 - the public TOML corpus # SKIP the corpus is missing; TOML_TEST names its directory")
        return 0

    before = [n for n in read_names(directory, VALID_BEFORE) if n.startswith("valid/")]
    names = list(dict.fromkeys(before + read_names(directory, LIST)))
    failed = 0
    print(f"1..{len(names)}")
    for i, name in enumerate(names, 1):
        wrong = check(program, directory, name)
        failed += wrong is not None
        print(f"{'not ok' if wrong else 'ok'} {i} - {name}" + (f"\n# {wrong}" if wrong else ""))
    return 1 if failed or not names else 0


sys.exit(main())
