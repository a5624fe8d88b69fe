/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mount options: flags of mount(2), and options of the file system. */

#include <string.h>
#include <sys/mount.h>

#include "base/strlist.h"
#include "driver/mount-options.h"

static const struct {
        const char *name;
        unsigned long set, clear;
} flags[] = {
        {"defaults", 0, 0},
        {"ro", MS_RDONLY, 0},
        {"rw", 0, MS_RDONLY},
        {"nosuid", MS_NOSUID, 0},
        {"suid", 0, MS_NOSUID},
        {"nodev", MS_NODEV, 0},
        {"dev", 0, MS_NODEV},
        {"noexec", MS_NOEXEC, 0},
        {"exec", 0, MS_NOEXEC},
        {"sync", MS_SYNCHRONOUS, 0},
        {"async", 0, MS_SYNCHRONOUS},
        {"dirsync", MS_DIRSYNC, 0},
        {"noatime", MS_NOATIME, 0},
        {"atime", 0, MS_NOATIME},
        {"nodiratime", MS_NODIRATIME, 0},
        {"diratime", 0, MS_NODIRATIME},
        {"relatime", MS_RELATIME, 0},
        {"norelatime", 0, MS_RELATIME},
        {"strictatime", MS_STRICTATIME, 0},
        {"nostrictatime", 0, MS_STRICTATIME},
};

static const char *const refused[] = {
        "lowerdir", "lowerdir+", "datadir+",   "upperdir",    "workdir", "remount",
        "bind",     "rbind",     "private",    "rprivate",    "shared",  "rshared",
        "slave",    "rslave",    "unbindable", "runbindable", "context",
};

void mount_options_done(struct mount_options *data) {
        text_done(&data->text);
        *data = MOUNT_OPTIONS_INIT;
}

static bool add_flag(struct mount_options *data, const char *option) {
        for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
                if (strcmp(flags[i].name, option) == 0) {
                        data->flags = (data->flags & ~flags[i].clear) | flags[i].set;
                        return true;
                }
        return false;
}

static bool is_refused(const char *option) {
        size_t n = strcspn(option, "=");

        for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
                if (strlen(refused[i]) == n && strncmp(refused[i], option, n) == 0)
                        return true;
        return false;
}

static int add_text(struct mount_options *data, const char *option) {
        return text_addf(&data->text, "%s%s", data->text.len > 0 ? "," : "", option);
}

static int add_option(struct mount_options *data, const char *option, struct error *reterr) {
        if (!*option || add_flag(data, option) || (data->without && strcmp(option, data->without) == 0))
                return 0;
        if (is_refused(option))
                return error_set(reterr, -EINVAL, "the mount option \"%.64s\" is not the caller's to set",
                                 option);
        return add_text(data, option);
}

int mount_options_add(struct mount_options *data, const char *options, struct error *reterr) {
        _cleanup_strlist_ struct strlist list = STRLIST_INIT;
        int r;

        r = strlist_add_split(&list, options);
        for (size_t i = 0; i < list.n && r >= 0; i++)
                r = add_option(data, list.s[i], reterr);
        return r;
}

/* The quotes are necessary because the categories of a label are separated by commas
 * (label.FormatMountLabel). */
int mount_options_add_label(struct mount_options *data, const char *label, struct error *reterr) {
        for (const char *c = label; *c; c++)
                if (*c == '"' || *c == '\\' || (unsigned char) *c < 0x20)
                        return error_set(reterr, -EINVAL, "\"%.64s\" is no label to mount with", label);
        return text_addf(&data->text, "%scontext=\"%s\"", data->text.len > 0 ? "," : "", label);
}

bool mount_options_have(const char *options, const char *name) {
        size_t n = strlen(name);

        for (const char *at = options; at && *at;) {
                size_t len = strcspn(at, ",");

                if (len == n && strncmp(at, name, n) == 0)
                        return true;
                at += len;
                at += *at ? 1 : 0;
        }
        return false;
}
