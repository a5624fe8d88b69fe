/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of TOML: bare, quoted and dotted. */

#include <string.h>

#include "base/text.h"
#include "toml/lex.h"

#define KEY_SHOWN_MAX 40 /* bytes of a key that an error message repeats */

bool toml_key_equals(const struct toml_value *value, const struct toml_key *key) {
        return value->key_len == key->len && memcmp(value->key, key->text, key->len) == 0;
}

int toml_fail_key(struct toml_reader *r, const struct toml_key *key, const char *what) {
        _cleanup_text_ struct text name = TEXT_INIT;
        int rc;

        rc = text_add_escaped(&name, key->text, key->len < KEY_SHOWN_MAX ? key->len : KEY_SHOWN_MAX);
        if (rc < 0)
                return rc;
        return error_set(r->reterr, -EBADMSG, "line %u, column %u: \"%s\" %s", key->line, key->column,
                         name.s ? name.s : "", what);
}

static bool is_bare(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               c == '-';
}

static int read_bare(struct toml_reader *r, struct toml_key *key) {
        const char *from = r->p;

        while (is_bare(toml_peek(r)))
                r->p++;
        if (r->p == from)
                return toml_fail(r, "a key is missing");

        key->len = (size_t) (r->p - from);
        key->text = arena_text(r->arena, from, key->len);
        return key->text ? 0 : -ENOMEM;
}

static int read_part(struct toml_reader *r, struct toml_key *key) {
        key->line = r->line;
        key->column = toml_column(r, r->p);
        if (toml_peek(r) == '"' || toml_peek(r) == '\'')
                return toml_read_string(r, /* multiline= */ false, &key->text, &key->len);
        return read_bare(r, key);
}

int toml_read_path(struct toml_reader *r, struct toml_path *path) {
        int rc;

        path->n = 0;
        do {
                if (path->n == ARRAY_SIZE(path->keys))
                        return toml_fail(r, "a key of more than %u parts", TOML_DEPTH_MAX);
                toml_skip_space(r);
                rc = read_part(r, &path->keys[path->n]);
                if (rc < 0)
                        return rc;
                path->n++;
                toml_skip_space(r);
        } while (toml_take(r, '.'));
        return 0;
}
