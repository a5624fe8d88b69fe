/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Find the orphans that processes and mounts use, in /proc. The mount table of each namespace is read once,
 * from the first process that is found in it. A thread reads the tables while the search for processes
 * continues (mount-tables.h). */

#include "liveness/uses.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dir.h"
#include "base/fd.h"
#include "base/text.h"
#include "base/userns.h"
#include "liveness/mount-tables.h"
#include "liveness/orphan-names.h"
#include "liveness/proc-view.h"

#define PROC_PATH_MAX 64U /* "PID/fd/N" */

/* Far more than any machine has. The arguments of a hostile process may contain any number of paths. */
#define RUNROOTS_MAX 64U

#define ID_DIGITS 64U

struct search {
        struct facts *facts;
        struct strlist *runroots;
        struct orphan_names names;
        int proc_fd;
        const char *pid; /* of the current process */
        struct text arguments;
        struct strlist namespaces; /* the namespaces whose mount tables were opened, as in /proc/PID/ns/mnt */
        struct mount_tables *mounts;
};

static void search_done(struct search *search) {
        mount_tables_free(search->mounts); /* before the names, which it borrows */
        orphan_names_done(&search->names);
        close_fd(search->proc_fd);
        text_done(&search->arguments);
        strlist_done(&search->namespaces);
}

/* -------------------------------------------------------------------------------------------------- notes */

static int keep(struct search *search, const struct text *text, const char **ret) {
        *ret = arena_text(&search->facts->arena, text->s ? text->s : "", text->len);
        return *ret ? 0 : -ENOMEM;
}

/* Store only the first cause. */
static int note_hindrance(struct search *search, const char *format, ...) _printf_(2, 3);
static int note_hindrance(struct search *search, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list args;
        int n;

        if (*search->facts->uses_unseen)
                return 0;
        va_start(args, format);
        n = vasprintf(&text, format, args);
        va_end(args);
        if (n < 0) {
                text = NULL; /* it is undefined on error (asprintf(3)) */
                return -ENOMEM;
        }
        search->facts->uses_unseen = arena_text(&search->facts->arena, text, (size_t) n);
        return search->facts->uses_unseen ? 0 : -ENOMEM;
}

/* "process 1234 (conmon)": the pid and the escaped name of the program. */
static int describe_process(const struct search *search, struct text *text) {
        const char *program = search->arguments.len > 0 ? search->arguments.s : "",
                   *slash = strrchr(program, '/');
        int r;

        r = text_addf(text, "process %s", search->pid);
        if (r < 0 || !*program)
                return r;
        program = slash ? slash + 1 : program;
        r = text_adds(text, " (");
        if (r >= 0)
                r = text_add_escaped(text, program, strlen(program));
        return r < 0 ? r : text_adds(text, ")");
}

static bool is_noted(const struct facts *facts, const char *id) {
        for (size_t i = 0; i < facts->n_in_use; i++)
                if (facts->in_use[i].id == id || strcmp(facts->in_use[i].id, id) == 0)
                        return true;
        return false;
}

static int note_use(struct search *search, const char *id, const char *what) {
        _cleanup_text_ struct text by = TEXT_INIT;
        struct fact_use *use;
        const char *kept;
        int r;

        if (is_noted(search->facts, id))
                return 0;
        r = text_adds(&by, what);
        if (r >= 0)
                r = describe_process(search, &by);
        if (r >= 0)
                r = keep(search, &by, &kept);
        if (r < 0)
                return r;
        use = facts_add_use(search->facts);
        if (!use)
                return -ENOMEM;

        *use = (struct fact_use){.id = id, .by = kept};
        return 0;
}

static int note_uses(struct search *search, const struct text *text, const char *what) {
        const char *id;
        size_t at = 0;
        int r = 0;

        while (r >= 0 && (id = orphan_names_next(&search->names, text->s, text->len, &at)))
                r = note_use(search, id, what);
        return r;
}

/* ------------------------------------------------------------------------------------- one process's files
 */

/* Whether the process ended after the search listed it. */
static bool has_ended(int code) {
        return code == -ENOENT || code == -ESRCH;
}

/* If the kernel does not let this user examine a process, it belongs to another user and does not use this
 * user's store. In a user namespace, the owner of such a process is the overflow id. */
#define ID_OF_OTHERS 65534U /* /proc/sys/kernel/overflowuid */

static bool is_of_others(const struct search *search) {
        struct stat st;

        return in_user_namespace() && fstatat(search->proc_fd, search->pid, &st, AT_SYMLINK_NOFOLLOW) >= 0 &&
               st.st_uid == ID_OF_OTHERS;
}

static int note_failure(struct search *search, int code, const char *name) {
        if (code == -ENOMEM || has_ended(code))
                return code == -ENOMEM ? code : 0;
        if ((code == -EACCES || code == -EPERM) && is_of_others(search))
                return 0;
        return note_hindrance(search, "cannot read /proc/%s/%s: %s", search->pid, name, strerror(-code));
}

static int open_file_of(const struct search *search, const char *name) {
        char path[PROC_PATH_MAX];
        int fd;

        (void) snprintf(path, sizeof(path), "%s/%s", search->pid, name);
        fd = openat(search->proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        return fd < 0 ? negative_errno() : fd;
}

static int read_arguments(struct search *search) {
        _cleanup_close_ int fd = open_file_of(search, "cmdline");

        search->arguments.len = 0;
        return fd < 0 ? fd : proc_read(fd, /* until_end= */ false, &search->arguments);
}

static int look_at_link(struct search *search, const char *name) {
        _cleanup_free_ char *target = NULL;
        char path[PROC_PATH_MAX];
        int r;

        (void) snprintf(path, sizeof(path), "%s/%s", search->pid, name);
        r = readlink_alloc_at(search->proc_fd, path, &target);
        if (r < 0)
                return note_failure(search, r, name);
        return note_uses(search, &(struct text){.s = target, .len = strlen(target)}, "");
}

/* -------------------------------------------------------------------------------------------- arguments */

/* "/run/other/overlay-containers/ID": the path before the last two components may be a runroot. */
static int note_runroot(struct search *search, size_t end_of_id) {
        const char *text = search->arguments.s, *id = text + end_of_id - ID_DIGITS, *begin = id;
        _cleanup_free_ char *part = NULL;
        size_t n;

        if (asprintf(&part, "/%s-containers/", search->facts->driver) < 0)
                return -ENOMEM;
        n = strlen(part);
        if (search->runroots->n >= RUNROOTS_MAX || (size_t) (id - text) <= n || memcmp(id - n, part, n) != 0)
                return 0;
        while (begin > text && begin[-1] != '\0' && begin[-1] != '=')
                begin--;
        return *begin == '/' ? strlist_add_bytes(search->runroots, begin, (size_t) (id - n - begin)) : 0;
}

static int look_at_arguments(struct search *search) {
        const struct text *text = &search->arguments;
        const char *id;
        size_t at = 0;
        int r;

        r = read_arguments(search);
        if (r < 0)
                return note_failure(search, r, "cmdline");

        while (r >= 0 && (id = orphan_names_next(&search->names, text->s, text->len, &at))) {
                r = note_use(search, id, "");
                if (r >= 0 && at >= ID_DIGITS)
                        r = note_runroot(search, at);
        }
        return r;
}

/* ----------------------------------------------------------------------------------------------- mounts */

static bool is_opened(const struct search *search, const char *namespace) {
        for (size_t i = 0; i < search->namespaces.n; i++)
                if (strcmp(search->namespaces.s[i], namespace) == 0)
                        return true;
        return false;
}

static int look_at_mounts(struct search *search) {
        _cleanup_free_ char *namespace = NULL;
        char path[PROC_PATH_MAX];
        int r, fd;

        (void) snprintf(path, sizeof(path), "%s/ns/mnt", search->pid);
        r = readlink_alloc_at(search->proc_fd, path, &namespace);
        if (r < 0)
                return note_failure(search, r, "ns/mnt");
        if (is_opened(search, namespace))
                return 0;

        fd = open_file_of(search, "mountinfo");
        if (fd < 0)
                return note_failure(search, fd, "mountinfo");
        r = mount_tables_add(search->mounts, fd, search->pid);
        return r < 0 ? r : strlist_add(&search->namespaces, namespace);
}

static int note_mounts(struct search *search, const struct mount_table *table) {
        int r = 0;

        search->pid = table->pid;
        if (table->n > 0)
                r = read_arguments(search);
        if (r == -ENOMEM)
                return r;
        r = table->result < 0 ? note_failure(search, table->result, "mountinfo") : 0;
        for (size_t i = 0; r >= 0 && i < table->n; i++)
                r = note_use(search, table->ids[i], "a mount of ");
        return r;
}

static int note_all_mounts(struct search *search) {
        const struct mount_table *table;
        int r = 0;

        mount_tables_finish(search->mounts);
        for (size_t i = 0; r >= 0 && (table = mount_tables_get(search->mounts, i)); i++)
                r = note_mounts(search, table);
        return r;
}

/* The scan already added the mounts of the collector's own namespace to the facts. */
static int pass_over_own_mounts(struct search *search) {
        _cleanup_free_ char *namespace = NULL;
        int r;

        r = readlink_alloc_at(search->proc_fd, "self/ns/mnt", &namespace);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return strlist_add(&search->namespaces, namespace);
}

/* ------------------------------------------------------------------------------------------- open files */

static int look_at_open_files(struct search *search) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = -1;
        char path[PROC_PATH_MAX];
        int r;

        (void) snprintf(path, sizeof(path), "%s/fd", search->pid);
        fd = openat(search->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        r = fd < 0 ? negative_errno() : dir_list_read(&list, fd);
        if (r < 0)
                return note_failure(search, r, "fd");

        for (size_t i = 0; r >= 0 && i < list.n; i++) {
                (void) snprintf(path, sizeof(path), "fd/%s", list.entries[i].name);
                r = look_at_link(search, path);
        }
        return r;
}

static int look_at_files(struct search *search) {
        static const char *const links[] = {"root", "cwd", "exe"};
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(links); i++)
                r = look_at_link(search, links[i]);
        return r < 0 ? r : look_at_open_files(search);
}

/* ------------------------------------------------------------------------------------------- processes */

static bool is_process(const char *name) {
        return *name >= '1' && *name <= '9';
}

static int look_at_process(struct search *search, enum uses_depth depth) {
        int r;

        r = look_at_arguments(search);
        if (r >= 0)
                r = look_at_mounts(search);
        return r < 0 || depth != USES_ALL ? r : look_at_files(search);
}

static int look_at_processes(struct search *search, enum uses_depth depth) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        char self[PROC_PATH_MAX];
        int r;

        r = dir_list_read(&list, search->proc_fd);
        if (r < 0)
                return r == -ENOMEM ? r : note_hindrance(search, "cannot list /proc: %s", strerror(-r));
        (void) snprintf(self, sizeof(self), "%d", getpid());
        for (size_t i = 0; r >= 0 && i < list.n; i++) {
                search->pid = list.entries[i].name;
                if (is_process(search->pid) && strcmp(search->pid, self) != 0)
                        r = look_at_process(search, depth);
        }
        return r < 0 ? r
                     : note_all_mounts(
                               search); /* while the list exists: the tables borrow the pids from it */
}

static int look(struct search *search, enum uses_depth depth) {
        const char *hidden;
        int r;

        search->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (search->proc_fd < 0)
                return note_hindrance(search, "cannot open /proc: %s", strerror(errno));
        hidden = proc_view_hides(search->proc_fd);
        r = hidden ? note_hindrance(search, "%s", hidden) : 0;
        if (r >= 0)
                r = pass_over_own_mounts(search);
        return r < 0 ? r : look_at_processes(search, depth);
}

int uses_find(struct facts *facts, enum uses_depth depth, struct strlist *runroots) {
        _cleanup_(search_done) struct search search = {.facts = facts, .runroots = runroots, .proc_fd = -1};
        int r;

        facts->uses_unseen = "";
        r = orphan_names_take(&search.names, facts);
        if (r >= 0)
                r = mount_tables_new(&search.names, &search.mounts);
        if (r >= 0)
                r = look(&search, depth);
        facts->uses_seen = r >= 0 && depth == USES_ALL && !*facts->uses_unseen;
        return r;
}
