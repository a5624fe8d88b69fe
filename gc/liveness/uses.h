/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/strlist.h"
#include "facts/facts.h"

enum uses_depth {
        USES_CONTAINERS, /* arguments of processes (conmon, the runtime), and mounts of all namespaces */
        USES_ALL,        /* roots, working directories, programs and open files as well */
};

/*
 * Find the processes and mounts that use an entry without a record, and add them to the facts. If a part of
 * /proc cannot be read, store the cause in facts->uses_unseen. If an argument of a process contains the path
 * of a runroot, append the path to runroots; such paths may be wrong or duplicate. Return 0 or -ENOMEM; any
 * other error only sets facts->uses_unseen.
 */
int uses_find(struct facts *facts, enum uses_depth depth, struct strlist *runroots);
