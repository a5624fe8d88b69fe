/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Read TOML on standard input, and print it as JSON with the type of each value, in the form of the public
 * corpus. Exits with 1 if the TOML is invalid. */

#include <inttypes.h>
#include <stdio.h>

#include "base/fd.h"
#include "toml/toml.h"

static void print_json_string(const char *s, size_t n) {
        putchar('"');
        for (size_t i = 0; i < n; i++) {
                unsigned char c = (unsigned char) s[i];

                if (c == '"' || c == '\\')
                        printf("\\%c", c);
                else if (c < 0x20)
                        printf("\\u%04x", c);
                else
                        putchar(c);
        }
        putchar('"');
}

static const char *const tags[] = {
        [TOML_STRING] = "string",         [TOML_INTEGER] = "integer",
        [TOML_FLOAT] = "float",           [TOML_BOOLEAN] = "bool",
        [TOML_DATETIME] = "datetime",     [TOML_DATETIME_LOCAL] = "datetime-local",
        [TOML_DATE_LOCAL] = "date-local", [TOML_TIME_LOCAL] = "time-local",
};

static void print_scalar(const struct toml_value *v) {
        printf("{\"type\":\"%s\",\"value\":", tags[v->type]);
        if (v->type == TOML_INTEGER)
                printf("\"%" PRId64 "\"", v->integer);
        else if (v->type == TOML_BOOLEAN)
                printf("\"%s\"", v->boolean ? "true" : "false");
        else
                print_json_string(v->text, v->len);
        putchar('}');
}

/* The reader limits the depth of the recursion. */
static void print_value(const struct toml_value *v) {
        if (v->type != TOML_ARRAY && v->type != TOML_TABLE) {
                print_scalar(v);
                return;
        }
        putchar(v->type == TOML_ARRAY ? '[' : '{');
        for (const struct toml_value *m = v->first; m; m = m->next) {
                if (m->key) {
                        print_json_string(m->key, m->key_len);
                        putchar(':');
                }
                print_value(m);
                if (m->next)
                        putchar(',');
        }
        putchar(v->type == TOML_ARRAY ? ']' : '}');
}

int main(void) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        _cleanup_free_ char *text = NULL;
        struct error error;
        size_t len;
        int r;

        r = read_fd(STDIN_FILENO, TOML_TEXT_MAX, &text, &len, NULL);
        if (r < 0)
                return 2;
        r = toml_parse(text, len, &doc, &error);
        if (r < 0) {
                fprintf(stderr, "%s\n", error.text);
                return r == -EBADMSG ? 1 : 2;
        }
        print_value(toml_root(doc));
        putchar('\n');
        return 0;
}
