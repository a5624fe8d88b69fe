/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Automatic choice between the current and the legacy rules of configuration. */

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"

static bool same(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

/*
 * If the rules differ in the graphroot or the driver, they name two stores with separate records, so a wrong
 * choice loses nothing. If they name the same store, a wrong choice may lose data: the runroot or image store
 * that is not read may contain records.
 */
enum cstorage_config_compat config_choose(const struct cstorage_config *dropins,
                                          const struct cstorage_config *one_file,
                                          const struct config_presence *there) {
        if (!same(dropins->graphroot, one_file->graphroot))
                return !there->dropins_graphroot && there->one_file_graphroot ? CSTORAGE_CONFIG_LEGACY
                                                                              : CSTORAGE_CONFIG_CURRENT;
        if (!same(dropins->driver, one_file->driver) && there->dropins_driver != there->one_file_driver)
                return there->dropins_driver ? CSTORAGE_CONFIG_CURRENT : CSTORAGE_CONFIG_LEGACY;
        if (!same(dropins->imagestore, one_file->imagestore))
                return CSTORAGE_CONFIG_AUTO;
        if (same(dropins->runroot, one_file->runroot) || !there->one_file_runroot)
                return CSTORAGE_CONFIG_CURRENT;
        return there->dropins_runroot ? CSTORAGE_CONFIG_AUTO : CSTORAGE_CONFIG_LEGACY;
}

/* Is it a directory that the caller owns? */
static bool is_there(const struct config_source *source, const char *path) {
        _cleanup_text_ struct text full = TEXT_INIT;
        struct stat st;

        return text_addf(&full, "%s%s", source->root, path) >= 0 && stat(full.s, &st) >= 0 &&
               S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Without a driver, any store in the graphroot counts. */
static bool has_store(const struct config_source *source, const struct cstorage_config *config) {
        _cleanup_text_ struct text home = TEXT_INIT, layers = TEXT_INIT;

        if (!config->driver)
                return is_there(source, config->graphroot);
        return text_addf(&home, "%s/%s", config->graphroot, config->driver) >= 0 &&
               text_addf(&layers, "%s-layers", home.s) >= 0 &&
               (is_there(source, home.s) || is_there(source, layers.s));
}

static int refuse_to_choose(const struct cstorage_config *dropins, const struct cstorage_config *one_file,
                            struct error *reterr) {
        bool same = strcmp(dropins->runroot, one_file->runroot) == 0;
        const char *later = same ? dropins->imagestore : dropins->runroot,
                   *earlier = same ? one_file->imagestore : one_file->runroot;

        return error_set(reterr, -ENOTUNIQ,
                         "of the same graphroot the %s is %s to releases that read drop-ins, and %s to "
                         "earlier ones",
                         same ? "image store" : "runroot", later ?: "none", earlier ?: "none");
}

int config_take(const struct config_source *source, struct cstorage_config **dropins,
                struct cstorage_config **one_file, struct cstorage_config **ret, struct error *reterr) {
        const struct config_presence there = {
                .dropins_graphroot = is_there(source, (*dropins)->graphroot),
                .one_file_graphroot = is_there(source, (*one_file)->graphroot),
                .dropins_runroot = is_there(source, (*dropins)->runroot),
                .one_file_runroot = is_there(source, (*one_file)->runroot),
                .dropins_driver = has_store(source, *dropins),
                .one_file_driver = has_store(source, *one_file),
        };

        switch (config_choose(*dropins, *one_file, &there)) {
        case CSTORAGE_CONFIG_CURRENT:
                *ret = TAKE_PTR(*dropins);
                return 0;
        case CSTORAGE_CONFIG_LEGACY:
                *ret = TAKE_PTR(*one_file);
                return 0;
        case CSTORAGE_CONFIG_AUTO:
                break;
        }
        return refuse_to_choose(*dropins, *one_file, reterr);
}
