/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/strlist.h"
#include "facts/facts.h"

enum uses_depth {
        USES_CONTAINERS, /* arguments of processes (conmon, the runtime), and mounts of all namespaces */
        USES_ALL,        /* roots, working directories, programs and open files as well */
};

/*
 * Look for what is alive and uses an orphan of the facts, whatever the records say, and add it to the facts,
 * with what hinders the view. Paths of runroots that arguments of processes name are added to the list; they
 * may be wrong, and may be there twice. 0 or -ENOMEM: all else that goes wrong makes the view incomplete.
 */
int uses_find(struct facts *facts, enum uses_depth depth, struct strlist *runroots);
