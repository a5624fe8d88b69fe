/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks that a user's process makes for the root process that started it. After them its run is like
 * any other. */

#include "users/child.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "users/users-read.h"

#define PROCESSES_MAX (4U * 1024 * 1024) /* PID_MAX_LIMIT of the kernel */

#define PATH_BYTES 64U /* of a path that contains one number */

int user_child_root_fd(void) {
        const char *text = secure_getenv(ENV_ROOT_FD);
        uint64_t fd;

        return text && parse_u64(text, &fd) >= 0 && fd <= INT_MAX ? (int) fd : -1;
}

/* -------------------------------------------------------------------------------------------- the home */

/* The target of a link is accessed only if that cannot block: first the parent directory, since /home is a
 * link on many machines, then the home directory in it. */
static enum user_status judge_links(const char *path, const struct mount_table *mounted,
                                    const struct mount_table *fstab) {
        _cleanup_free_ char *parent = strdup(path), *real_parent = NULL, *below = NULL, *real = NULL;
        char *slash = parent ? strrchr(parent, '/') : NULL;
        enum user_status status;

        if (!slash)
                return USER_HOME_MISSING;
        *slash = '\0';
        real_parent = realpath(slash == parent ? "/" : parent, NULL);
        if (!real_parent || asprintf(&below, "%s/%s", real_parent, slash + 1) < 0)
                return USER_HOME_MISSING;
        status = users_judge_path(below, mounted, fstab);
        if (status != USER_WAITING)
                return status;

        real = realpath(below, NULL);
        return real ? users_judge_path(real, mounted, fstab) : USER_HOME_MISSING;
}

static enum user_status look_at_owner(const char *home) {
        struct stat st;

        if (stat(home, &st) < 0 || !S_ISDIR(st.st_mode) || access(home, X_OK) < 0)
                return USER_HOME_MISSING;
        return st.st_uid == getuid() ? USER_WAITING : USER_HOME_NOT_OWNED;
}

static int look_at_home(enum user_status *ret, struct error *reterr) {
        _cleanup_mount_table_ struct mount_table mounted = MOUNT_TABLE_INIT, fstab = MOUNT_TABLE_INIT;
        const char *home = secure_getenv("HOME");
        int r;

        if (!home)
                return error_set(
                        reterr, -ENOENT,
                        "cannot find the home directory: $HOME is not set. Set it and run this again");
        r = users_read_mounted(&mounted, reterr);
        if (r >= 0)
                r = users_read_fstab(&fstab, reterr);
        if (r < 0)
                return r;

        *ret = judge_links(home, &mounted, &fstab);
        if (*ret == USER_WAITING)
                *ret = look_at_owner(home);
        return 0;
}

/* --------------------------------------------------------------------------------- the runtime directory */

/* As podman requires it (container-libs storage/pkg/homedir/homedir_unix.go:GetRuntimeDir). */
static bool is_runtime(const char *path) {
        struct stat st;

        return lstat(path, &st) >= 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid();
}

/* A process of this user in another user namespace may belong to a container. If the namespace cannot be
 * read, assume that it does. */
static bool is_elsewhere(const char *pid, const struct stat *ours) {
        char path[PATH_BYTES];
        struct stat st;

        (void) snprintf(path, sizeof(path), "/proc/%.16s", pid);
        if (stat(path, &st) < 0 || st.st_uid != getuid())
                return false;
        (void) snprintf(path, sizeof(path), "/proc/%.16s/ns/user", pid);
        if (stat(path, &st) < 0)
                return errno != ENOENT && errno != ESRCH;
        return st.st_dev != ours->st_dev || st.st_ino != ours->st_ino;
}

/* The user's containers may still run although their runtime directory was removed, for example when the
 * session ended and lingering is off. */
static int look_for_processes(bool *ret, struct error *reterr) {
        struct stat ours;
        struct dirent *entry;
        DIR *dir = opendir("/proc");

        if (!dir || stat("/proc/self/ns/user", &ours) < 0) {
                if (dir)
                        (void) closedir(dir);
                return error_errno(reterr, negative_errno(), "cannot look for processes in /proc");
        }
        *ret = false;
        for (unsigned i = 0; !*ret && i < PROCESSES_MAX && (entry = readdir(dir)); i++)
                if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
                        *ret = is_elsewhere(entry->d_name, &ours);
        (void) closedir(dir);
        return 0;
}

/* podman uses the second directory if it is run without the first, for example by cron or su. If both
 * exist, the records in one of them may refer to objects that are not recorded in the other. */
static int look_at_runtime(enum user_status *ret, struct error *reterr) {
        char run[PATH_BYTES], tmp[PATH_BYTES], tmp_store[PATH_BYTES];
        bool has_run, has_tmp, alive = false;
        int r = 0;

        (void) snprintf(run, sizeof(run), "/run/user/%" PRIu32, getuid());
        (void) snprintf(tmp, sizeof(tmp), "/tmp/storage-run-%" PRIu32, getuid());
        (void) snprintf(tmp_store, sizeof(tmp_store), "/tmp/storage-run-%" PRIu32 "/containers", getuid());
        has_run = is_runtime(run);
        has_tmp = is_runtime(tmp) && is_runtime(tmp_store);
        if (!has_run && !has_tmp)
                r = look_for_processes(&alive, reterr);
        if (r < 0)
                return r;

        *ret = has_run && has_tmp ? USER_RUNTIME_DIR_AMBIGUOUS
               : alive            ? USER_RUNTIME_DIR_MISSING
                                  : USER_WAITING;
        if (setenv("XDG_RUNTIME_DIR", has_tmp ? tmp : run, /* overwrite= */ true) < 0)
                return error_errno(reterr, negative_errno(), "cannot set $XDG_RUNTIME_DIR");
        return 0;
}

int user_child_look(enum user_status *ret, struct error *reterr) {
        int r;

        *ret = USER_WAITING;
        if (getuid() == 0)
                return 0;
        r = look_at_home(ret, reterr);
        if (r < 0 || *ret != USER_WAITING)
                return r;
        return look_at_runtime(ret, reterr);
}
