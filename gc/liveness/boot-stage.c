/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far the boot has progressed. */

#include "liveness/boot-stage.h"

#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/userns.h"
#include "util/systemd.h"

/* podman creates the first with its first command (libpod/runtime.go:makeRuntime), CRI-O the second when
 * it starts (internal/version/version.go). */
static const char *const engine_traces[] = {"/run/libpod/alive", "/run/crio/version"};

/* Each engine creates this directory when it opens the store (store.go:load). */
static bool runroot_is_used(const char *runroot, const char *driver) {
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/%s-containers", runroot, driver) < 0)
                return true;
        return access(path, F_OK) >= 0 || errno != ENOENT;
}

static bool has_engine_traces(void) {
        for (size_t i = 0; i < ARRAY_SIZE(engine_traces); i++)
                if (access(engine_traces[i], F_OK) >= 0 || errno != ENOENT)
                        return true;
        return false;
}

bool boot_stage_is_before_containers(const char *runroot, const char *driver) {
        if (geteuid() != 0 || in_user_namespace())
                return false;
        return !has_engine_traces() && !runroot_is_used(runroot, driver) && systemd_is_initializing();
}
