/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents of TOML 1.1: keys, tables and arrays, and the rules of redefinition. The text is read in one
 * pass; nesting uses a stack and no recursion. */

#include <string.h>

#include "toml/lex.h"
#include "json/utf8.h"

/* The statement that created a table; it determines which statements may add to the table. */
enum origin {
        ORIGIN_NONE,    /* not a table */
        ORIGIN_PARENT,  /* parent of a table with a header, without a header of its own so far */
        ORIGIN_HEADER,  /* [table], or an element of [[array]] */
        ORIGIN_DOTTED,  /* a in a.b = 1 */
        ORIGIN_INLINE,  /* { }, which is complete */
        ORIGIN_HEADERS, /* the array of [[array]] */
};

/* A value with the internal data of the reader. */
struct node {
        struct toml_value value;
        enum origin origin;
        unsigned depth;
        struct node *last; /* the last member; the next one follows it */
};

struct toml_doc {
        struct arena arena;
        struct node root;
};

struct parser {
        struct toml_reader r;
        struct node *root, *table; /* the table of the last header */
        size_t n_values;
        struct node *stack[TOML_DEPTH_MAX]; /* the open arrays and inline tables */
        size_t depth;
        struct toml_path path; /* the current key */
};

/* ---------------------------------------------------------------------------------------------- the tree */

static struct node *node_of(const struct toml_value *value) {
        return (struct node *) value;
}

static struct node *find(const struct node *table, const struct toml_key *key) {
        for (const struct toml_value *v = table->value.first; v; v = v->next)
                if (toml_key_equals(v, key))
                        return node_of(v);
        return NULL;
}

/* Append a member to a table or, if key is NULL, to an array. */
static int add(struct parser *p, struct node *parent, const struct toml_key *key, struct node **ret) {
        struct node *node;

        if (++p->n_values > TOML_VALUES_MAX)
                return toml_fail(&p->r, "more than %u values", TOML_VALUES_MAX);
        if (parent->depth == TOML_DEPTH_MAX)
                return toml_fail(&p->r, "more than %u levels of nesting", TOML_DEPTH_MAX);
        node = arena_alloc(p->r.arena, sizeof(*node));
        if (!node)
                return -ENOMEM;

        *node = (struct node){
                .value.line = p->r.line,
                .value.column = toml_column(&p->r, p->r.p),
                .depth = parent->depth + 1,
        };
        if (key) {
                node->value.line = key->line;
                node->value.column = key->column;
                node->value.key = key->text;
                node->value.key_len = key->len;
        }
        if (parent->last)
                parent->last->value.next = &node->value;
        else
                parent->value.first = &node->value;
        parent->last = node;
        *ret = node;
        return 0;
}

static int add_table(struct parser *p, struct node *parent, const struct toml_key *key, enum origin origin,
                     struct node **ret) {
        int r;

        r = add(p, parent, key, ret);
        if (r < 0)
                return r;
        (*ret)->value.type = TOML_TABLE;
        (*ret)->origin = origin;
        return 0;
}

/* ----------------------------------------------------------------------------------------------- headers */

/* Go one level down from a header's table. In an array of tables, this is the last element. */
static int step_header(struct parser *p, struct node **table, const struct toml_key *key) {
        struct node *next = find(*table, key);

        if (!next)
                return add_table(p, *table, key, ORIGIN_PARENT, table);
        if (next->origin == ORIGIN_HEADERS)
                next = next->last;
        else if (next->value.type != TOML_TABLE)
                return toml_fail_key(&p->r, key, "is no table");
        else if (next->origin == ORIGIN_INLINE)
                return toml_fail_key(&p->r, key, "is an inline table, which nothing can be added to");
        *table = next;
        return 0;
}

/* [a.b]: the table must be new, or exist only as the parent of another table. */
static int define_table(struct parser *p, struct node *parent, const struct toml_key *key) {
        struct node *table = find(parent, key);

        if (!table)
                return add_table(p, parent, key, ORIGIN_HEADER, &p->table);
        if (table->origin != ORIGIN_PARENT)
                return toml_fail_key(&p->r, key, "is defined before");
        table->origin = ORIGIN_HEADER;
        p->table = table;
        return 0;
}

/* [[a.b]]: append an element. */
static int define_element(struct parser *p, struct node *parent, const struct toml_key *key) {
        struct node *array = find(parent, key);
        int r;

        if (!array) {
                r = add(p, parent, key, &array);
                if (r < 0)
                        return r;
                array->value.type = TOML_ARRAY;
                array->origin = ORIGIN_HEADERS;
        }
        if (array->origin != ORIGIN_HEADERS)
                return toml_fail_key(&p->r, key, "is defined before, and not as an array of tables");
        return add_table(p, array, /* key= */ NULL, ORIGIN_HEADER, &p->table);
}

static int read_header(struct parser *p) {
        struct node *table = p->root;
        bool element = toml_take(&p->r, '[');
        const struct toml_key *last;
        int r;

        r = toml_read_path(&p->r, &p->path);
        if (r < 0)
                return r;
        if (!toml_take(&p->r, ']') || (element && !toml_take(&p->r, ']')))
                return toml_fail(&p->r, "a table header lacks its end");

        for (size_t i = 0; i + 1 < p->path.n; i++) {
                r = step_header(p, &table, &p->path.keys[i]);
                if (r < 0)
                        return r;
        }
        last = &p->path.keys[p->path.n - 1];
        return element ? define_element(p, table, last) : define_table(p, table, last);
}

/* ------------------------------------------------------------------------------------------------ values */

/* Go one level down in a.b = 1: only through new tables and those that dotted keys define. */
static int step_dotted(struct parser *p, struct node **table, const struct toml_key *key) {
        struct node *next = find(*table, key);

        if (!next)
                return add_table(p, *table, key, ORIGIN_DOTTED, table);
        if (next->origin != ORIGIN_DOTTED && next->origin != ORIGIN_PARENT)
                return toml_fail_key(&p->r, key, "is defined before; a dotted key cannot add to it");
        next->origin = ORIGIN_DOTTED;
        *table = next;
        return 0;
}

/* "key = ", up to the value. Creates the member for the value. */
static int read_assignment(struct parser *p, struct node *table, struct node **ret) {
        const struct toml_key *last;
        int r;

        r = toml_read_path(&p->r, &p->path);
        if (r < 0)
                return r;
        if (!toml_take(&p->r, '='))
                return toml_fail(&p->r, "\"=\" is missing behind a key");
        toml_skip_space(&p->r);

        for (size_t i = 0; i + 1 < p->path.n; i++) {
                r = step_dotted(p, &table, &p->path.keys[i]);
                if (r < 0)
                        return r;
        }
        last = &p->path.keys[p->path.n - 1];
        if (find(table, last))
                return toml_fail_key(&p->r, last, "is defined before");
        return add(p, table, last, ret);
}

static int open_container(struct parser *p, struct node *node, enum toml_type type, enum origin origin) {
        assert(p->depth <
               ARRAY_SIZE(p->stack)); /* add() limits the depth, and each open container is one level */

        node->value.type = type;
        node->origin = origin;
        p->stack[p->depth++] = node;
        p->r.p++;
        return 0;
}

/* Read the value or, if it is an array or inline table, its opening bracket. */
static int begin_value(struct parser *p, struct node *node) {
        switch (toml_peek(&p->r)) {
        case '[':
                return open_container(p, node, TOML_ARRAY, ORIGIN_NONE);
        case '{':
                return open_container(p, node, TOML_TABLE, ORIGIN_INLINE);
        case '"':
        case '\'':
                node->value.type = TOML_STRING;
                return toml_read_string(&p->r, /* multiline= */ true, &node->value.text, &node->value.len);
        default:
                return toml_read_scalar(&p->r, &node->value);
        }
}

/* Read what precedes the next element of an array or inline table, including a comma. Returns 1 at the end of
 * the list. */
static int continue_list(struct parser *p, bool first, char end, const char *what) {
        bool comma;
        int r;

        r = toml_skip_lines(&p->r);
        if (r < 0)
                return r;
        comma = !first && toml_take(&p->r, ',');
        if (comma) {
                r = toml_skip_lines(&p->r);
                if (r < 0)
                        return r;
        }
        if (toml_take(&p->r, end))
                return 1;
        return first || comma ? 0 : toml_fail(&p->r, "%s lacks a comma or its end", what);
}

/* In an array: read its end, or create *ret for the next element. Returns 1 at the end. */
static int continue_array(struct parser *p, struct node *array, bool first, struct node **ret) {
        int r = continue_list(p, first, ']', "an array");

        return r == 0 ? add(p, array, /* key= */ NULL, ret) : r;
}

static int continue_inline(struct parser *p, struct node *table, bool first, struct node **ret) {
        int r = continue_list(p, first, '}', "an inline table");

        return r == 0 ? read_assignment(p, table, ret) : r;
}

/* After one value was begun, continue the open containers: *ret is the node of the next value, or NULL if all
 * are closed. */
static int next_value(struct parser *p, bool opened, struct node **ret) {
        struct node *top;
        int r;

        for (; p->depth > 0; p->depth--, opened = false) {
                top = p->stack[p->depth - 1];
                r = top->value.type == TOML_ARRAY ? continue_array(p, top, opened, ret)
                                                  : continue_inline(p, top, opened, ret);
                if (r <= 0)
                        return r;
        }
        *ret = NULL;
        return 0;
}

static int read_value(struct parser *p, struct node *node) {
        size_t depth;
        int r;

        while (node) {
                depth = p->depth;
                r = begin_value(p, node);
                if (r < 0)
                        return r;
                r = next_value(p, /* opened= */ p->depth > depth, &node);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -------------------------------------------------------------------------------------------- statements */

static int read_statement(struct parser *p) {
        struct node *node;
        int r;

        if (toml_take(&p->r, '['))
                return read_header(p);
        r = read_assignment(p, p->table, &node);
        if (r < 0)
                return r;
        return read_value(p, node);
}

static int read_document(struct parser *p) {
        int r;

        for (;;) {
                r = toml_skip_lines(&p->r);
                if (r < 0)
                        return r;
                if (p->r.p == p->r.end)
                        return 0;
                r = read_statement(p);
                if (r < 0)
                        return r;
                r = toml_skip_comment(&p->r);
                if (r < 0)
                        return r;
                if (p->r.p < p->r.end && !toml_take_newline(&p->r))
                        return toml_fail(&p->r, "the line goes on where it should end");
        }
}

static void bind_reader(struct parser *p, struct toml_doc *doc, const char *text, size_t len) {
        static const char bom[] = "\xef\xbb\xbf";

        if (len >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0) {
                text += strlen(bom);
                len -= strlen(bom);
        }
        p->r.p = p->r.line_start = p->r.mark = text;
        p->r.end = text + len;
        p->r.line = p->r.mark_column = 1;
        p->r.arena = &doc->arena;
        p->root = p->table = &doc->root;
}

/* Check the whole text first, so that the rest of the parser may rely on it. */
static int check_utf8(const struct toml_reader *from) {
        struct toml_reader r = *from;
        size_t n;

        while (r.p < r.end) {
                if (toml_take_newline(&r))
                        continue;
                n = utf8_length(r.p, (size_t) (r.end - r.p));
                if (n == 0)
                        return toml_fail(&r, "byte 0x%02x is no UTF-8", (unsigned char) *r.p);
                r.p += n;
        }
        return 0;
}

int toml_parse(const char *text, size_t len, struct toml_doc **ret, struct error *reterr) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        _cleanup_free_ struct parser *p = NULL; /* too large for the stack */
        _cleanup_free_ char *scratch = NULL;
        int r;

        if (len > TOML_TEXT_MAX)
                return error_set(reterr, -EBADMSG, "longer than %u bytes", TOML_TEXT_MAX);
        doc = calloc(1, sizeof(*doc));
        p = calloc(1, sizeof(*p));
        scratch = malloc(len + 1);
        if (!doc || !p || !scratch)
                return error_errno(reterr, -ENOMEM, "cannot read TOML");

        doc->root.value.type = TOML_TABLE;
        doc->root.origin = ORIGIN_HEADER;
        bind_reader(p, doc, text, len);
        p->r.scratch = scratch;
        p->r.reterr = reterr;

        r = check_utf8(&p->r);
        if (r < 0)
                return r;
        r = read_document(p);
        if (r == -ENOMEM)
                return error_errno(reterr, r, "cannot read TOML");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(doc);
        return 0;
}

struct toml_doc *toml_free(struct toml_doc *doc) {
        if (doc)
                arena_done(&doc->arena);
        free(doc);
        return NULL;
}

const struct toml_value *toml_root(const struct toml_doc *doc) {
        return &doc->root.value;
}

const char *toml_type_name(enum toml_type type) {
        static const char *const names[] = {
                [TOML_STRING] = "a string",
                [TOML_INTEGER] = "an integer",
                [TOML_FLOAT] = "a float",
                [TOML_BOOLEAN] = "a boolean",
                [TOML_DATETIME] = "a date with time and offset",
                [TOML_DATETIME_LOCAL] = "a date with time",
                [TOML_DATE_LOCAL] = "a date",
                [TOML_TIME_LOCAL] = "a time",
                [TOML_ARRAY] = "an array",
                [TOML_TABLE] = "a table",
        };

        return names[type];
}
