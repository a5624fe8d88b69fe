/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "liveness/orphan-names.h"

/*
 * Which orphans the mount tables of other namespaces name. The kernel takes some 70 microseconds to print the
 * table of a namespace of twenty mounts, and nothing else tells as much for less, so a thread reads the
 * tables while the caller goes on looking for more.
 */
struct mount_tables;

/* The table of one namespace. */
struct mount_table {
        int fd;
        const char *pid; /* of the process whose file was opened */
        int result;      /* of reading; the ids below are then not all */
        const char **ids;
        size_t n, cap;
};

/* The names must outlive it. 0 or -ENOMEM. */
int mount_tables_new(const struct orphan_names *names, struct mount_tables **ret);

/* Returns NULL. */
struct mount_tables *mount_tables_free(struct mount_tables *tables);

/* An open /proc/PID/mountinfo, which is taken even on failure; the pid must outlive it. 0 or -ENOMEM. */
int mount_tables_add(struct mount_tables *tables, int fd, const char *pid);

/* Wait until all are read. Nothing may be added any more. */
void mount_tables_finish(struct mount_tables *tables);

/* In the order in which they were added, after mount_tables_finish(): NULL if there is none of that number.
 */
const struct mount_table *mount_tables_get(const struct mount_tables *tables, size_t i);
