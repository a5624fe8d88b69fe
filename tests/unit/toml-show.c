/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says what TOML files mean, in the typed JSON of toml-test, or why one means nothing: a line for each.
 *
 *   toml-show FILE...
 */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "format/toml.h"

static const char *const types[] = {
        [TOML_STRING] = "string",         [TOML_INTEGER] = "integer",
        [TOML_FLOAT] = "float",           [TOML_BOOLEAN] = "bool",
        [TOML_DATETIME] = "datetime",     [TOML_DATETIME_LOCAL] = "datetime-local",
        [TOML_DATE_LOCAL] = "date-local", [TOML_TIME_LOCAL] = "time-local",
};

static void put_text(const char *text, size_t len) {
        putchar('"');
        for (size_t i = 0; i < len; i++) {
                unsigned char c = (unsigned char) text[i];

                if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
                        printf("\\u%04x", c);
                else
                        putchar(c);
        }
        putchar('"');
}

static void put_scalar(const struct toml_value *value) {
        printf("{\"type\":\"%s\",\"value\":", types[value->type]);
        if (value->type == TOML_INTEGER)
                printf("\"%" PRId64 "\"", value->integer);
        else if (value->type == TOML_BOOLEAN)
                printf("\"%s\"", value->boolean ? "true" : "false");
        else
                put_text(value->text, value->len);
        putchar('}');
}

/* No deeper than TOML_DEPTH_MAX. */
static void put_value(const struct toml_value *value) {
        if (value->type != TOML_TABLE && value->type != TOML_ARRAY) {
                put_scalar(value);
                return;
        }
        putchar(value->type == TOML_TABLE ? '{' : '[');
        for (const struct toml_value *member = value->first; member; member = member->next) {
                if (member != value->first)
                        putchar(',');
                if (value->type == TOML_TABLE) {
                        put_text(member->key, member->key_len);
                        putchar(':');
                }
                put_value(member);
        }
        putchar(value->type == TOML_TABLE ? '}' : ']');
}

static void show(const char *path) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        _cleanup_close_ int fd = -1;
        _cleanup_free_ char *text = NULL;
        struct error error = {0};
        size_t len = 0;
        int r;

        fd = open(path, O_RDONLY | O_CLOEXEC);
        r = fd < 0 ? -errno : read_fd(fd, TOML_TEXT_MAX, &text, &len, NULL);
        if (r >= 0)
                r = toml_parse(text, len, &doc, &error);
        if (r < 0)
                printf("refused: %s", error.text[0] ? error.text : strerror(-r));
        else
                put_value(toml_root(doc));
        putchar('\n');
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++)
                show(argv[i]);
        return 0;
}
