/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "liveness/orphan-names.h"

/*
 * Find the orphans in the mount tables of other namespaces. The kernel takes about 70 microseconds to print
 * the table of a namespace with twenty mounts, and there is no cheaper source, so a thread reads the tables
 * while the caller searches for more.
 */
struct mount_tables;

/* The table of one namespace. */
struct mount_table {
        int fd;
        const char *pid; /* of the process whose file was opened */
        int result;      /* of reading; if negative, the ids below are incomplete */
        const char **ids;
        size_t n, cap;
};

/* The names must outlive the tables. Return 0 or -ENOMEM. */
int mount_tables_new(const struct orphan_names *names, struct mount_tables **ret);

/* Return NULL. */
struct mount_tables *mount_tables_free(struct mount_tables *tables);

/* Add an open /proc/PID/mountinfo. The fd is taken over even on failure; pid must outlive the tables.
 * Return 0 or -ENOMEM. */
int mount_tables_add(struct mount_tables *tables, int fd, const char *pid);

/* Wait until all are read. No more tables may be added. */
void mount_tables_finish(struct mount_tables *tables);

/* Get a table by its number in the order of adding, after mount_tables_finish(); NULL if there is none. */
const struct mount_table *mount_tables_get(const struct mount_tables *tables, size_t i);
