/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount tables of other namespaces. */

#include "liveness/mount-tables.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "liveness/proc-view.h"

/* The maximum of open tables: above it, the caller reads a table before it adds another one. */
#define WAITING_MAX 64U

struct mount_tables {
        const struct orphan_names *names;
        pthread_t thread;
        bool has_thread;
        pthread_mutex_t lock;
        pthread_cond_t change;
        struct mount_table **tables; /* each is allocated separately: one is read while others are added */
        size_t n, cap, next;         /* the next one to read */
        bool is_complete;
};

static int add_id(struct mount_table *table, const char *id) {
        int r;

        for (size_t i = 0; i < table->n; i++)
                if (table->ids[i] == id)
                        return 0;
        r = ARRAY_RESERVE(table->ids, table->cap, table->n + 1);
        if (r < 0)
                return r;
        table->ids[table->n++] = id;
        return 0;
}

static void read_table(const struct orphan_names *names, struct mount_table *table, struct text *text) {
        const char *id;
        size_t at = 0;

        text->len = 0;
        table->result = proc_read(table->fd, /* until_end= */ true, text);
        table->fd = close_fd(table->fd);
        while (table->result >= 0 && (id = orphan_names_next(names, text->s, text->len, &at)))
                table->result = add_id(table, id);
}

/* The next table, or NULL if there is none. If wait is set, wait for more tables until all were added. */
static struct mount_table *take(struct mount_tables *tables, bool wait) {
        struct mount_table *table = NULL;

        (void) pthread_mutex_lock(&tables->lock);
        while (wait && tables->next == tables->n && !tables->is_complete)
                (void) pthread_cond_wait(&tables->change, &tables->lock);
        if (tables->next < tables->n)
                table = tables->tables[tables->next++];
        (void) pthread_mutex_unlock(&tables->lock);
        return table;
}

static void read_tables(struct mount_tables *tables, bool wait) {
        _cleanup_text_ struct text text = TEXT_INIT;
        struct mount_table *table;

        while ((table = take(tables, wait)))
                read_table(tables->names, table, &text);
}

static void *run(void *userdata) {
        read_tables(userdata, /* wait= */ true);
        return NULL;
}

/* The main thread handles signals. If no thread can be created, mount_tables_finish() reads all tables. */
static void start(struct mount_tables *tables) {
        sigset_t all, before;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        tables->has_thread = pthread_create(&tables->thread, NULL, run, tables) == 0;
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int mount_tables_new(const struct orphan_names *names, struct mount_tables **ret) {
        struct mount_tables *tables = calloc(1, sizeof(*tables));

        if (!tables)
                return -ENOMEM;
        tables->names = names;
        (void) pthread_mutex_init(&tables->lock, NULL);
        (void) pthread_cond_init(&tables->change, NULL);
        *ret = tables;
        return 0;
}

static void table_free(struct mount_table *table) {
        close_fd(table->fd);
        free(table->ids);
        free(table);
}

struct mount_tables *mount_tables_free(struct mount_tables *tables) {
        if (!tables)
                return NULL;
        mount_tables_finish(tables);
        for (size_t i = 0; i < tables->n; i++)
                table_free(tables->tables[i]);
        free(tables->tables);
        (void) pthread_cond_destroy(&tables->change);
        (void) pthread_mutex_destroy(&tables->lock);
        free(tables);
        return NULL;
}

static int append(struct mount_tables *tables, struct mount_table *table, size_t *ret_waiting) {
        int r;

        (void) pthread_mutex_lock(&tables->lock);
        r = ARRAY_RESERVE(tables->tables, tables->cap, tables->n + 1);
        if (r >= 0)
                tables->tables[tables->n++] = table;
        *ret_waiting = tables->n - tables->next;
        (void) pthread_cond_signal(&tables->change);
        (void) pthread_mutex_unlock(&tables->lock);
        return r;
}

static void read_one(struct mount_tables *tables) {
        _cleanup_text_ struct text text = TEXT_INIT;
        struct mount_table *table = take(tables, /* wait= */ false);

        if (table)
                read_table(tables->names, table, &text);
}

int mount_tables_add(struct mount_tables *tables, int fd, const char *pid) {
        struct mount_table *table = malloc(sizeof(*table));
        size_t n_waiting;
        int r;

        if (!table) {
                close_fd(fd);
                return -ENOMEM;
        }
        *table = (struct mount_table){.fd = fd, .pid = pid};
        r = append(tables, table, &n_waiting);
        if (r < 0) {
                table_free(table);
                return r;
        }
        if (!tables->has_thread && tables->n == 1)
                start(tables);
        if (n_waiting > WAITING_MAX)
                read_one(tables);
        return 0;
}

void mount_tables_finish(struct mount_tables *tables) {
        (void) pthread_mutex_lock(&tables->lock);
        tables->is_complete = true;
        (void) pthread_cond_signal(&tables->change);
        (void) pthread_mutex_unlock(&tables->lock);
        read_tables(tables, /* wait= */ false);
        if (tables->has_thread)
                (void) pthread_join(tables->thread, NULL);
        tables->has_thread = false;
}

const struct mount_table *mount_tables_get(const struct mount_tables *tables, size_t i) {
        return i < tables->n ? tables->tables[i] : NULL;
}
