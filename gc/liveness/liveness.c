/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Find running containers and the stage of the boot. */

#include "liveness/liveness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "liveness/boot-stage.h"
#include "podman/databases.h"

#define MOUNT_PROGRAM_MARK ".has-mount-program" /* overlay.go:Init; it contains "true" or "false" */

/* fuse-overlayfs and similar programs need not change a layer when they mount it. */
static bool has_mount_program(const struct facts *facts) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        char first = 'f';

        if (asprintf(&path, "%s/%s/" MOUNT_PROGRAM_MARK, facts->graphroot, facts->driver) < 0)
                return true;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return errno != ENOENT;
        return read(fd, &first, 1) != 1 || first != 'f';
}

static bool has_orphans(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].examined && facts->entries[i].kind != CSTORAGE_ENTRY_VOLATILE_FILE)
                        return true;
        return false;
}

/* Add the runroots in podman's databases. Containers may run with these runroots, even if an option selects
 * another runroot. Errors are reported when the databases are compared with the configuration. */
static int add_podmans_runroots(struct strlist *found, const struct facts *facts) {
        int r;

        r = podman_runroots(found, facts->graphroot, facts->runroot, NULL);
        return r == -ENOMEM ? r : 0;
}

int liveness_scan(struct facts *facts, struct runroots *runroots, enum uses_depth depth,
                  struct error *reterr) {
        _cleanup_strlist_ struct strlist found = STRLIST_INIT;
        int r;

        facts->uses_unseen = "";
        facts->starts_unmarked = strcmp(facts->driver, "overlay") != 0 || has_mount_program(facts);
        if (!has_orphans(facts))
                return 0;
        facts->at_boot = boot_stage_is_before_containers(facts->runroot, facts->driver);
        r = facts->at_boot ? 0 : uses_find(facts, depth, &found);
        if (r >= 0)
                r = add_podmans_runroots(&found, facts);
        return r < 0 ? r : runroots_read(runroots, facts, &found, reterr);
}
