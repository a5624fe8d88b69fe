#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make a database of podman in a state that a crash, another release or an administrator leaves.

  podman-db.py DIRECTORY STATE GRAPHROOT RUNROOT DRIVER [OTHER-RUNROOT]

podman reads RUNROOT. With OTHER-RUNROOT the file also contains an invalid row, which the journal undoes or the write-ahead log
replaces."""

import os
import shutil
import sqlite3
import sys
import tempfile

directory, state, graphroot, runroot, driver = sys.argv[1:6]
other = sys.argv[6] if len(sys.argv) > 6 else None
target = os.path.join(directory, "db.sql")
work = tempfile.mkdtemp()
path = os.path.join(work, "db.sql")


def connect():
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    # From libpod/sqlite_state_internal.go:createSQLiteTables.
    db.execute("CREATE TABLE DBConfig (ID INTEGER PRIMARY KEY NOT NULL, SchemaVersion INTEGER NOT NULL, OS TEXT NOT NULL,"
               " StaticDir TEXT NOT NULL, TmpDir TEXT NOT NULL, GraphRoot TEXT NOT NULL, RunRoot TEXT NOT NULL,"
               " GraphDriver TEXT NOT NULL, VolumeDir TEXT NOT NULL, CHECK (ID IN (1)))")
    db.execute("CREATE TABLE ContainerConfig (ID TEXT PRIMARY KEY NOT NULL, JSON TEXT NOT NULL)")
    return db


def insert(db, run):
    db.execute("INSERT INTO DBConfig VALUES (1, 1, 'linux', ?, '/run/libpod', ?, ?, ?, ?)",
               (graphroot + "/libpod", graphroot, run, driver, graphroot + "/volumes"))


def fill(db, n=300):
    db.execute("BEGIN")
    db.executemany("INSERT INTO ContainerConfig VALUES (?, ?)", ((f"{i:064x}", "x" * 1000) for i in range(n)))
    db.execute("COMMIT")


def copy(*suffixes):
    for suffix in ("",) + suffixes:
        shutil.copyfile(path + suffix, target + suffix)


def plain(run=runroot):
    db = connect()
    insert(db, run)
    fill(db, 20)
    db.close()
    copy()


def hot_journal():
    """Copied in the middle of a transaction whose pages did not fit into the cache."""
    db = connect()
    insert(db, runroot)
    fill(db)
    db.execute("PRAGMA cache_size = 10")
    db.execute("BEGIN EXCLUSIVE")
    if other:
        db.execute("UPDATE DBConfig SET RunRoot = ?", (other,))
    db.execute("UPDATE ContainerConfig SET JSON = 'y' || JSON")
    copy("-journal")
    assert os.path.getsize(target + "-journal") > 4096
    db.execute("ROLLBACK")
    db.close()


def wal(checkpoint):
    """Copied while it is open, so that the log is not written back when it is closed."""
    db = connect()
    if other:
        insert(db, other)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    if other:
        db.execute("UPDATE DBConfig SET RunRoot = ?", (runroot,))
    else:
        insert(db, runroot)
    if checkpoint:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy()
    else:
        copy("-wal")
        assert os.path.getsize(target + "-wal") > 4096
    db.close()


def cut(size):
    plain()
    os.truncate(target, size)


def link():
    plain()
    os.mkdir(os.path.join(directory, "moved"))
    os.rename(target, os.path.join(directory, "moved", "database"))
    os.symlink("moved/database", target)


def hot_link():
    """The journal is beside the target of the link, and has its name."""
    hot_journal()
    os.mkdir(os.path.join(directory, "moved"))
    for suffix in ("", "-journal"):
        os.rename(target + suffix, os.path.join(directory, "moved", "database" + suffix))
    os.symlink("moved/database", target)


def bolt(run=runroot):
    """The relevant pages of a BoltDB: a meta page, and the inline bucket in the format of bbolt."""
    keys = {"graph-driver-name": driver, "graph-root": graphroot, "os": "linux", "run-root": run,
            "static-dir": graphroot + "/libpod", "tmp-dir": "/run/libpod", "volume-path": graphroot + "/volumes"}
    meta = bytes(16) + b"\xed\xda\x0c\xed" + bytes(4076)
    bucket = bytes(300) + "".join(k + v for k, v in sorted(keys.items())).encode()
    os.makedirs(os.path.join(directory, "libpod"), exist_ok=True)
    with open(os.path.join(directory, "libpod", "bolt_state.db"), "wb") as f:
        f.write(meta + bucket + bytes(4096))


def bolt_unknown():
    """A BoltDB whose row is not found."""
    bolt()
    os.truncate(os.path.join(directory, "libpod", "bolt_state.db"), 4096)


def unused():
    db = connect()
    db.close()
    copy()


def later_schema():
    """A future release may rename the columns."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("CREATE TABLE DBConfig (ID INTEGER PRIMARY KEY, Version INTEGER, Places TEXT)")
    db.execute("INSERT INTO DBConfig VALUES (1, 2, ?)", (runroot,))
    db.close()
    copy()


def garbage():
    with open(target, "wb") as f:
        f.write(b"garbage\n" * 1000)


states = {
    "plain": plain,
    "hot-journal": hot_journal,
    "wal": lambda: wal(False),
    "wal-checkpointed": lambda: wal(True),
    "empty": lambda: open(target, "wb").close(),
    "unused": unused,
    "cut": lambda: cut(5000),
    "cut-late": lambda: cut(9000),
    "garbage": garbage,
    "directory": lambda: os.mkdir(target),
    "fifo": lambda: os.mkfifo(target),
    "link": link,
    "hot-link": hot_link,
    "dangling": lambda: os.symlink("no/such", target),
    "loop": lambda: os.symlink("db.sql", target),
    "later-schema": later_schema,
    "bolt": bolt,
    "bolt-unknown": bolt_unknown,
}
states[state]()
shutil.rmtree(work)
