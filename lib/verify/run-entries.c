/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first pass: everything but the contents. */

#include "verify/judge.h"
#include "verify/run.h"

static int entry_error(const struct archive_entry *entry, int r, struct error *reterr) {
        return error_errno(reterr, r, "cannot examine %s", entry->path);
}

static int compare(struct verify_run *run, const struct archive_entry *entry, struct sight *sight,
                   struct error *reterr) {
        struct mismatch mismatch;
        int r;

        r = look_at(&run->content, entry, sight);
        if (r < 0)
                return entry_error(entry, r, reterr);

        run->result.entries++;
        return judge_entry(entry, sight, run->content.keeps_lower, &mismatch) ? run_add(run, entry, &mismatch)
                                                                              : 0;
}

static int compare_all(struct verify_run *run, struct archive *archive, struct sight *sight,
                       struct error *reterr) {
        struct archive_entry entry;
        int r;

        while (!run_poll(run)) {
                r = archive_next(archive, &entry, reterr);
                if (r <= 0)
                        return r;
                r = compare(run, &entry, sight, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

int verify_entries(struct verify_run *run, struct error *reterr) {
        _cleanup_(archive_freep) struct archive *archive = NULL;
        _cleanup_free_ struct sight *sight = malloc(sizeof(*sight));
        int r;

        if (!sight)
                return -ENOMEM;
        r = archive_new(run->split_fd, &archive, reterr);
        if (r >= 0)
                r = compare_all(run, archive, sight, reterr);
        return r < 0 ? r : run->r;
}
