/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "system.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *get(void *userdata, const char *name) {
        struct system *s = userdata;

        for (size_t i = 0; i < s->n; i++)
                if (strcmp(s->variables[i][0], name) == 0)
                        return s->variables[i][1];
        return NULL;
}

int system_setup(void **state) {
        struct system *s = calloc(1, sizeof(*s));

        assert_non_null(s);
        strcpy(s->root, "/tmp/cstorage-config-XXXXXX");
        assert_non_null(mkdtemp(s->root));
        s->source =
                (struct config_source){.root = s->root, .env = {get, s}, .rules = CSTORAGE_CONFIG_CURRENT};
        *state = s;
        return 0;
}

static int unlink_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path);
}

int system_teardown(void **state) {
        struct system *s = *state;

        assert_int_equal(nftw(s->root, unlink_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
        free(s);
        return 0;
}

void set(struct system *s, const char *name, const char *value) {
        assert_true(s->n < 16);
        s->variables[s->n][0] = name;
        s->variables[s->n++][1] = value;
}

static void make_parents(char *path) {
        for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                if (mkdir(path, 0755) < 0)
                        assert_int_equal(errno, EEXIST);
                *p = '/';
        }
}

char *below(struct system *s, const char *path) {
        char *full = NULL;

        assert_true(asprintf(&full, "%s%s", s->root, path) > 0);
        make_parents(full);
        return full;
}

void put(struct system *s, const char *path, const char *content) {
        _cleanup_free_ char *full = below(s, path);
        FILE *f = fopen(full, "we");

        assert_non_null(f);
        assert_true(fputs(content, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

struct cstorage_config *load(struct system *s) {
        struct cstorage_config *config = NULL;

        if (config_load_from(&s->source, &config, &s->error) < 0)
                fail_msg("refused: %s", s->error.text);
        return config;
}

void assert_refused(struct system *s, int code, const char *text) {
        struct cstorage_config *config = NULL;
        size_t root = strlen(s->root);

        assert_int_equal(config_load_from(&s->source, &config, &s->error), code);
        assert_null(config);
        assert_int_equal(s->error.code, code);
        if (strncmp(s->error.text, s->root, root) == 0)
                assert_string_equal(s->error.text + root, text);
        else
                assert_string_equal(s->error.text, text);
}

void assert_text(const char *got, const char *wanted) {
        if (wanted)
                assert_string_equal(got, wanted);
        else
                assert_null(got);
}

void assert_graphroot(struct system *s, const char *wanted) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);

        assert_text(cstorage_config_get_graphroot(config), wanted);
}
