/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the drivers that have a store in a graphroot: each driver has directories with its name there. */

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/dir.h"
#include "base/strlist.h"
#include "base/text.h"
#include "driver/registry.h"
#include "store/store.h"

#define RECORDS_SUFFIX "-layers" /* store.go:getLayerStoreLocked: of any driver */

/* Go has had eight drivers. The limit bounds the result for a graphroot full of such names. */
#define DRIVERS_MAX 64U

static bool is_go_name(const char *name) {
        for (size_t i = 0; driver_go_names[i]; i++)
                if (strcmp(driver_go_names[i], name) == 0)
                        return true;
        return false;
}

/* The length of the driver's name at the start of the entry's name; 0 if it names none. */
static size_t driver_length(const struct dir_entry *entry) {
        if (entry->type != DT_DIR && entry->type != DT_UNKNOWN && entry->type != DT_LNK)
                return 0;
        if (is_go_name(entry->name))
                return strlen(entry->name);
        return has_suffix(entry->name, RECORDS_SUFFIX) ? strlen(entry->name) - strlen(RECORDS_SUFFIX) : 0;
}

static bool has(const struct strlist *list, const char *s, size_t n) {
        for (size_t i = 0; i < list->n; i++)
                if (strncmp(list->s[i], s, n) == 0 && list->s[i][n] == '\0')
                        return true;
        return false;
}

static int add_drivers(struct strlist *drivers, const struct dir_list *list) {
        int r = 0;

        for (size_t i = 0; i < list->n && drivers->n < DRIVERS_MAX && r >= 0; i++) {
                size_t n = driver_length(&list->entries[i]);

                if (n > 0 && !has(drivers, list->entries[i].name, n))
                        r = strlist_add_bytes(drivers, list->entries[i].name, n);
        }
        return r;
}

/* One block of memory: callers free it with free(). */
static int take_pointers(const struct strlist *drivers, char ***ret) {
        size_t pointers = (drivers->n + 1) * sizeof(char *), bytes = 0;
        char **taken, *at;

        for (size_t i = 0; i < drivers->n; i++)
                bytes += strlen(drivers->s[i]) + 1;
        taken = malloc(pointers + bytes);
        if (!taken)
                return -ENOMEM;

        at = (char *) taken + pointers;
        for (size_t i = 0; i < drivers->n; i++) {
                taken[i] = at;
                at = stpcpy(at, drivers->s[i]) + 1;
        }
        taken[drivers->n] = NULL;
        *ret = taken;
        return 0;
}

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int list_drivers(int fd, const char *first, char ***ret) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_strlist_ struct strlist drivers = STRLIST_INIT;
        int r;

        r = dir_list_read(&list, fd);
        if (r >= 0)
                r = strlist_add(&drivers, first);
        if (r >= 0)
                r = add_drivers(&drivers, &list);
        if (r < 0)
                return r;

        qsort(drivers.s + 1, drivers.n - 1, sizeof(*drivers.s), compare);
        return take_pointers(&drivers, ret);
}

static int find_drivers(const struct cstorage_config *config, char ***ret, struct error *reterr) {
        const char *path = config ? cstorage_config_get_graphroot(config) : NULL, *first;
        _cleanup_close_ int fd = -1;
        int r;

        if (!path || !ret)
                return -EINVAL;

        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_errno(reterr, negative_errno(), "cannot open the graphroot %s", path);
        first = store_driver_name(fd, config);
        if (!first)
                return error_set(reterr, -ENOENT, "%s holds no store", path);

        r = list_drivers(fd, first, ret);
        return r < 0 ? error_errno(reterr, r, "cannot list %s", path) : 0;
}

_public_ int cstorage_config_find_drivers(const struct cstorage_config *config, char ***ret,
                                          struct cstorage_error *reterr) {
        return error_end(reterr, find_drivers(config, ret, error_begin(reterr)), "cannot find drivers");
}
