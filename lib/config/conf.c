/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merging of storage.conf files. The Go library decodes them one after the other into one struct
 * (pkg/configfile/parse.go:ParseTOML), so this file merges each key over the values of earlier files. */

#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "config/conf-key.h"
#include "json/fold.h"

/* The state of merging one file into conf. */
struct merge {
        struct conf *conf;
        const char *file;
        struct error *reterr;
};

void conf_done(struct conf *conf) {
        for (size_t i = 0; i < ARRAY_SIZE(conf->values); i++)
                free(conf->values[i].items);
        arena_done(&conf->arena);
        *conf = CONF_INIT;
}

void conf_forget(struct conf *conf, enum conf_key key) {
        free(conf->values[key].items);
        conf->values[key] = (struct conf_value){0};
}

const char *conf_get_text(const struct conf *conf, enum conf_key key) {
        const char *text = conf->values[key].text;

        assert(conf_key_info(key)->type == CONF_TYPE_STRING);

        return text && *text ? text : NULL;
}

bool conf_get_flag(const struct conf *conf, enum conf_key key) {
        assert(conf_key_info(key)->type == CONF_TYPE_BOOLEAN);

        return conf->values[key].number;
}

/* ------------------------------------------------------------------------------------------- finding keys */

static bool key_matches(const struct toml_value *member, const char *name, size_t n) {
        return fold_equal(member->key, member->key_len, name, n, FOLD_EQUAL);
}

/* The Go library ignores the case of a key (toml/decode.go:unifyStruct). If two keys differ only in case, the
 * order of map iteration decides which one it takes, so such a file is refused. */
static int find_member(struct merge *m, const struct toml_value *table, const char *name, size_t n,
                       const struct toml_value **ret) {
        const struct toml_value *found = NULL;

        for (const struct toml_value *v = table->first; v; v = v->next) {
                if (!key_matches(v, name, n))
                        continue;
                if (found)
                        return error_set(m->reterr, -EBADMSG,
                                         "%s: line %u, column %u: \"%.*s\" is there twice", m->file, v->line,
                                         v->column, (int) n, name);
                found = v;
        }
        *ret = found;
        return 0;
}

static int wrong_type(struct merge *m, const struct toml_value *value, const char *key, const char *wanted) {
        return error_set(m->reterr, -EBADMSG, "%s: line %u, column %u: %s must be %s, not %s", m->file,
                         value->line, value->column, key, wanted, toml_type_name(value->type));
}

/* The table with a dotted name, or NULL if the file has none. */
static int find_table(struct merge *m, const struct toml_value *table, const char *name,
                      const struct toml_value **ret) {
        size_t n;
        int r;

        for (const char *p = name; table; p += n + 1) {
                n = strcspn(p, ".");
                r = find_member(m, table, p, n, &table);
                if (r < 0)
                        return r;
                if (table && table->type != TOML_TABLE)
                        return wrong_type(m, table, name, "a table");
                if (p[n] == '\0')
                        break;
        }
        *ret = table;
        return 0;
}

/* ----------------------------------------------------------------------------- reading values */

static int take_text(struct merge *m, const struct toml_value *value, const char *key, const char **ret) {
        const char *text;

        if (value->type != TOML_STRING)
                return wrong_type(m, value, key, "a string");
        if (strlen(value->text) != value->len)
                return error_set(m->reterr, -EBADMSG, "%s: line %u, column %u: %s holds a NUL", m->file,
                                 value->line, value->column, key);
        text = arena_text(&m->conf->arena, value->text, value->len);
        if (!text)
                return -ENOMEM;
        *ret = text;
        return 0;
}

static int take_uint32(struct merge *m, const struct toml_value *value, const char *key, uint64_t *ret) {
        if (value->type != TOML_INTEGER)
                return wrong_type(m, value, key, "an integer");
        if (value->integer < 0 || value->integer > UINT32_MAX)
                return error_set(m->reterr, -EBADMSG, "%s: line %u, column %u: %s must be between 0 and %u",
                                 m->file, value->line, value->column, key, UINT32_MAX);
        *ret = (uint64_t) value->integer;
        return 0;
}

static int add_item(struct merge *m, struct conf_value *to, const struct toml_value *value, const char *key,
                    struct conf_text **ret) {
        struct conf_text item = {.file = m->file, .line = value->line};
        int r;

        r = take_text(m, value, key, &item.text);
        if (r < 0)
                return r;
        r = ARRAY_RESERVE(to->items, to->cap, to->n_items + 1);
        if (r < 0)
                return r;
        to->items[to->n_items++] = item;
        *ret = &to->items[to->n_items - 1];
        return 0;
}

/* {append = true} and nothing else (pkg/configfile/slice.go:UnmarshalTOML). */
static int take_attributes(struct merge *m, struct conf_value *to, const struct toml_value *table,
                           const char *key) {
        for (const struct toml_value *v = table->first; v; v = v->next) {
                if (v->key_len != strlen("append") || memcmp(v->key, "append", v->key_len) != 0)
                        return error_set(
                                m->reterr, -EBADMSG,
                                "%s: line %u, column %u: %s may hold {append = ...} and no other table",
                                m->file, v->line, v->column, key);
                if (v->type != TOML_BOOLEAN)
                        return wrong_type(m, v, "append", "a boolean");
                to->append = v->boolean;
        }
        return 0;
}

/* append = true also applies to the arrays of later files, until one contains append = false. */
static int take_strings(struct merge *m, struct conf_value *to, const struct toml_value *array,
                        const char *key) {
        size_t n_before = to->n_items;
        struct conf_text *item;
        int r;

        if (array->type != TOML_ARRAY)
                return wrong_type(m, array, key, "an array of strings");
        for (const struct toml_value *v = array->first; v; v = v->next) {
                r = v->type == TOML_TABLE ? take_attributes(m, to, v, key) : add_item(m, to, v, key, &item);
                if (r < 0)
                        return r;
        }
        if (!to->append && n_before > 0) {
                to->n_items -= n_before;
                memmove(to->items, to->items + n_before, to->n_items * sizeof(*to->items));
        }
        return 0;
}

static struct conf_text *find_item(struct conf_value *map, const struct toml_value *value) {
        for (size_t i = 0; i < map->n_items; i++)
                if (strlen(map->items[i].name) == value->key_len &&
                    memcmp(map->items[i].name, value->key, value->key_len) == 0)
                        return &map->items[i];
        return NULL;
}

static int take_map(struct merge *m, struct conf_value *to, const struct toml_value *table, const char *key) {
        struct conf_text *item;
        int r;

        for (const struct toml_value *v = table->first; v; v = v->next) {
                item = find_item(to, v);
                if (item) {
                        item->file = m->file;
                        item->line = v->line;
                        r = take_text(m, v, key, &item->text);
                } else {
                        r = add_item(m, to, v, key, &item);
                }
                if (r < 0)
                        return r;
                item->name = arena_text(&m->conf->arena, v->key, v->key_len);
                if (!item->name)
                        return -ENOMEM;
        }
        return 0;
}

static int take_boolean(struct merge *m, const struct toml_value *value, const char *key, uint64_t *ret) {
        if (value->type != TOML_BOOLEAN)
                return wrong_type(m, value, key, "a boolean: true or false, without quotes");
        *ret = value->boolean;
        return 0;
}

/* Go ignores the value of a map key that is not a table (toml/decode.go:unifyMap). */
static bool is_passed_over(enum conf_key k, const struct toml_value *value) {
        return conf_key_info(k)->type == CONF_TYPE_MAP && value->type != TOML_TABLE;
}

static int take_value(struct merge *m, enum conf_key k, const struct toml_value *value) {
        struct conf_value *to = &m->conf->values[k];
        const char *key = conf_key_name(k);

        if (is_passed_over(k, value))
                return 0;

        to->set = true;
        to->file = m->file;
        to->line = value->line;
        switch (conf_key_info(k)->type) {
        case CONF_TYPE_STRING:
                return take_text(m, value, key, &to->text);
        case CONF_TYPE_BOOLEAN:
                return take_boolean(m, value, key, &to->number);
        case CONF_TYPE_UINT32:
                return take_uint32(m, value, key, &to->number);
        case CONF_TYPE_STRINGS:
                return take_strings(m, to, value, key);
        case CONF_TYPE_MAP:
                return take_map(m, to, value, key);
        }
        return -EINVAL;
}

static int merge_document(struct merge *m, const struct toml_value *root) {
        const struct toml_value *table = NULL, *value = NULL;
        int r;

        for (enum conf_key k = 0; k < _CONF_KEY_MAX; k++) {
                r = find_table(m, root, conf_key_table(k), &table);
                if (r < 0)
                        return r;
                if (!table)
                        continue;
                r = find_member(m, table, conf_key_name(k), strlen(conf_key_name(k)), &value);
                if (r < 0)
                        return r;
                r = value ? take_value(m, k, value) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

int conf_merge(struct conf *conf, const char *file, const char *text, size_t len, struct error *reterr) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        struct merge m = {.conf = conf, .reterr = reterr};
        struct error where;
        int r;

        m.file = arena_text(&conf->arena, file, strlen(file));
        if (!m.file)
                return error_errno(reterr, -ENOMEM, "cannot read %s", file);
        r = toml_parse(text, len, &doc, &where);
        if (r < 0)
                return error_set(reterr, r, "%s: %s", file, where.text);
        r = merge_document(&m, toml_root(doc));
        if (r == -ENOMEM)
                return error_errno(reterr, r, "cannot read %s", file);
        return r;
}

/* ------------------------------------------------------------------------------- driver options */

static int add_option(const struct conf_value *value, const struct conf_key_info *info,
                      struct strlist *options) {
        switch (info->type) {
        case CONF_TYPE_STRING:
                return value->text && *value->text ? strlist_addf(options, "%s=%s", info->option, value->text)
                                                   : 0;
        case CONF_TYPE_UINT32: /* a mode, in octal digits */
                return value->number ? strlist_addf(options, "%s=%" PRIo64, info->option, value->number) : 0;
        case CONF_TYPE_STRINGS:
                for (size_t i = 0; i < value->n_items; i++) {
                        int r = strlist_addf(options, "%s=%s", info->option, value->items[i].text);

                        if (r < 0)
                                return r;
                }
                return 0;
        case CONF_TYPE_BOOLEAN:
        case CONF_TYPE_MAP:
                return 0;
        }
        return 0;
}

int conf_add_driver_options(const struct conf *conf, struct strlist *options) {
        for (enum conf_key k = 0; k < _CONF_KEY_MAX; k++) {
                const struct conf_key_info *info = conf_key_info(k);
                int r = info->option ? add_option(&conf->values[k], info, options) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}
