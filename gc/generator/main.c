/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * cstorage-gc-generator: at boot, generate a drop-in from storage.conf and fstab with the mounts that
 * cstorage-gc.service needs, the paths that it may write to, and its order (systemd.generator(7)). At this
 * time file systems are not mounted yet, or an access to them may block, so the generator does not access the
 * store. On an error it writes no drop-in, and the installed drop-in is in effect.
 */

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/newfile.h"
#include "cstorage.h"
#include "generator/fstab.h"
#include "generator/mount-units.h"
#include "generator/quadlets.h"

#define NAME     "cstorage-gc-generator"
#define UNIT     "cstorage-gc.service"
#define DROPIN   "50-storage.conf"
#define QUADLETS "50-cstorage-gc.conf"

/* root's home directory, as built into systemd. getpwuid(3) may need a daemon that does not run yet. */
#define ROOT_HOME "/root"

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);

/* If systemd started this program (it sets SYSTEMD_SCOPE since 251), write to the kernel log: journald does
 * not run yet at boot, and reads the kernel log later. "<3>" is the level for errors. */
static void say(const char *words) {
        _cleanup_text_ struct text line = TEXT_INIT;
        _cleanup_close_ int fd = -1;

        if (text_adds(&line, "<3>" NAME ": ") < 0 || text_add_escaped(&line, words, strlen(words)) < 0 ||
            text_adds(&line, "; " UNIT " is as it was installed\n") < 0)
                return;
        if (secure_getenv("SYSTEMD_SCOPE"))
                fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0 || write(fd, line.s, line.len) < 0)
                (void) fputs(line.s + strlen("<3>"), stderr);
}

static int compose(struct text *text, bool *ret_early, struct error *reterr) {
        const struct cstorage_config_options options = {.size = sizeof(options),
                                                        .flags = CSTORAGE_CONFIG_LEXICAL};
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        _cleanup_dropin_mounts_ struct dropin_mounts mounts = DROPIN_MOUNTS_INIT;
        struct dropin_store store;
        int r;

        r = cstorage_config_load_with(&options, &config, (struct cstorage_error *) reterr);
        if (r < 0)
                return r;

        store = (struct dropin_store){
                .graphroot = cstorage_config_get_graphroot(config),
                .runroot = cstorage_config_get_runroot(config),
                .imagestore = cstorage_config_get_imagestore(config),
        };
        r = fstab_read(NULL, &mounts, reterr);
        if (r >= 0)
                r = mount_units_add(&store, &mounts, reterr);
        if (r < 0)
                return r;
        return dropin_compose(&store, &mounts, text, ret_early, reterr);
}

/* newfile_write() renames the complete file into place, so systemd never reads a part of it. */
static int put(int fd, const char *unit, const char *name, const struct text *text, struct error *reterr) {
        const struct iovec piece = {text->s, text->len};
        _cleanup_text_ struct text directory = TEXT_INIT, path = TEXT_INIT;
        int r;

        r = text_addf(&directory, "%s.d", unit);
        if (r >= 0)
                r = text_addf(&path, "%s.d/%s", unit, name);
        if (r < 0)
                return r;
        if (mkdirat(fd, directory.s, 0755) < 0 && errno != EEXIST)
                return error_errno(reterr, negative_errno(), "cannot make %s", directory.s);

        r = newfile_write(fd, path.s, &piece, 1, 0644, false, NULL);
        if (r >= 0)
                return 0;
        (void) unlinkat(fd, directory.s, AT_REMOVEDIR);
        return error_errno(reterr, r, "cannot write %s", path.s);
}

/* If no target orders the collector before the containers, order each quadlet service after it. These
 * drop-ins contain no Requires= or Wants=. */
static int put_quadlets(int fd, struct error *reterr) {
        _cleanup_strlist_ struct strlist services = STRLIST_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        r = text_adds(&text, "# Made by cstorage-gc-generator(8).\n[Unit]\nAfter=" UNIT "\n");
        if (r >= 0)
                r = quadlets_find(&services, reterr);
        for (size_t i = 0; i < services.n && r >= 0; i++)
                r = put(fd, services.s[i], QUADLETS, &text, reterr);
        return r;
}

/* An initrd contains no store. */
static bool in_initrd(void) {
        const char *initrd = secure_getenv("SYSTEMD_IN_INITRD");

        return initrd && strcmp(initrd, "1") == 0;
}

static int write_all(const char *path, struct error *reterr) {
        _cleanup_text_ struct text text = TEXT_INIT;
        _cleanup_close_ int fd = -1;
        bool early = false;
        int r;

        r = compose(&text, &early, reterr);
        if (r < 0)
                return r;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_errno(reterr, negative_errno(), "cannot open %s", path);
        if (!early)
                r = put_quadlets(fd, reterr);
        return r < 0 ? r : put(fd, UNIT, DROPIN, &text, reterr);
}

static int run(int argc, char **argv, struct error *reterr) {
        if (argc != 2 && argc != 4)
                return error_set(reterr, -EINVAL,
                                 "wants one directory, or the three of systemd.generator(7)");
        if (getuid() != 0)
                return error_set(reterr, -EPERM,
                                 "cannot run as an ordinary user: the drop-in describes only root's store. "
                                 "Run it as root");
        if (in_initrd())
                return 0;
        if (setenv("HOME", ROOT_HOME, /* overwrite= */ 0) < 0)
                return error_errno(reterr, negative_errno(), "cannot set $HOME");

        return write_all(argv[1], reterr);
}

int main(int argc, char **argv) {
        struct error error;

        if (run(argc, argv, &error) >= 0)
                return EXIT_SUCCESS;
        say(error.text);
        return EXIT_FAILURE;
}
