/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A run for all users: list them, decide whose home directory is safe to access, run a process for each that
 * does the same as a run of that user, and print their reports. The root process itself accesses no file of a
 * user.
 */

#include "users/all-users.h"

#include "users/pool.h"
#include "users/report.h"
#include "users/users-read.h"
#include "util/clock.h"
#include "util/exit-status.h"
#include "util/log.h"

/* If the mount table cannot be read in full, the run fails. If the list of users cannot, it goes on with
 * the users that were read. */
static int list(struct users *users, int *ret_status, struct error *reterr) {
        _cleanup_mount_table_ struct mount_table mounted = MOUNT_TABLE_INIT, fstab = MOUNT_TABLE_INIT;
        int r;

        *ret_status = STATUS_DONE;
        if (users_read(users, reterr) < 0) {
                log_error("%s", reterr->text);
                *ret_status = STATUS_FAILED;
        }
        r = users_read_mounted(&mounted, reterr);
        if (r >= 0)
                r = users_read_fstab(&fstab, reterr);
        if (r < 0)
                return r;

        users_decide(users, &mounted, &fstab);
        return 0;
}

static int collect(const struct options *options, struct users *users, uint64_t started_us) {
        struct user_report *reports = user_reports_new(users->n);
        struct error error = {0};
        int status;

        if (!reports) {
                log_error("cannot report on %zu users: out of memory. Free memory and try again", users->n);
                return STATUS_FAILED;
        }
        if (user_pool_run(options, users, reports, &error) < 0) {
                log_error("%s", error.text);
                status = STATUS_FAILED;
        } else {
                status = report_users(options, users, reports, now_us() - started_us);
        }
        user_reports_free(reports, users->n);
        return status;
}

int all_users(const struct options *options) {
        _cleanup_users_ struct users users = USERS_INIT;
        uint64_t started_us = now_us();
        struct error error = {0};
        int status;

        if (geteuid() != 0) {
                log_error("cannot collect the stores of all users: not run by root. Run this as root");
                return STATUS_FAILED;
        }
        if (list(&users, &status, &error) < 0) {
                log_error("%s", error.text);
                return STATUS_FAILED;
        }
        return worse_status(status, collect(options, &users, started_us));
}
