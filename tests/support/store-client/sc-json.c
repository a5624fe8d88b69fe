/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON in the format of Go's encoding/json. Records are not written here: they are copied from their files.
 */

#include <string.h>

#include "base/array.h"
#include "sc.h"

/* The bytes with a short escape, and the letters of these escapes. */
static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";

static void put_byte(FILE *out, char c) {
        const char *at = strchr(plain, c);

        if (at)
                fprintf(out, "\\%c", letters[at - plain]);
        else if ((unsigned char) c < 0x20 || strchr("<>&", c)) /* for HTML */
                fprintf(out, "\\u%04x", (unsigned char) c);
        else
                putc(c, out);
}

/* Line ends in JavaScript, but not in JSON. */
static bool is_separator(const char *s) {
        return strncmp(s, "\u2028", strlen("\u2028")) == 0 || strncmp(s, "\u2029", strlen("\u2029")) == 0;
}

void json_string(FILE *out, const char *s) {
        putc('"', out);
        while (*s) {
                if (is_separator(s)) {
                        fputs(s[2] == '\xa8' ? "\\u2028" : "\\u2029", out);
                        s += strlen("\u2028");
                } else
                        put_byte(out, *s++);
        }
        putc('"', out);
}

void members_done(struct members *members) {
        for (size_t i = 0; i < members->n; i++)
                free(members->items[i].json);
        free(members->items);
        *members = MEMBERS_INIT;
}

static struct member *member_find(struct members *members, const char *name) {
        for (size_t i = 0; i < members->n; i++)
                if (strcmp(members->items[i].name, name) == 0)
                        return &members->items[i];
        return NULL;
}

int members_set(struct members *members, const char *name, char *json) {
        struct member *member = member_find(members, name);

        if (!json || (!member && ARRAY_RESERVE(members->items, members->cap, members->n + 1) < 0)) {
                free(json);
                return -ENOMEM;
        }
        if (!member)
                member = &members->items[members->n++];
        else
                free(member->json);
        *member = (struct member){name, json};
        return 0;
}

static int member_compare(const void *a, const void *b) {
        return strcmp(((const struct member *) a)->name, ((const struct member *) b)->name);
}

void json_members(FILE *out, struct members *members) {
        if (members->n > 0)
                qsort(members->items, members->n, sizeof(members->items[0]), member_compare);
        putc('{', out);
        for (size_t i = 0; i < members->n; i++) {
                fputs(i > 0 ? "," : "", out);
                json_string(out, members->items[i].name);
                fprintf(out, ":%s", members->items[i].json);
        }
        fputs("}\n", out);
}

char *json_text(const char *s) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        json_string(out, s);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

void json_strings(FILE *out, const struct strlist *list, const char *none) {
        for (size_t i = 0; i < list->n; i++) {
                putc(i == 0 ? '[' : ',', out);
                json_string(out, list->s[i]);
        }
        json_end(out, list->n == 0, none);
}

void json_record(FILE *out, bool first, const struct thing *thing) {
        size_t n;
        const char *json = thing_get_json(thing, &n);

        putc(first ? '[' : ',', out);
        (void) fwrite(json, 1, n, out);
}

void json_end(FILE *out, bool none, const char *text) {
        fputs(none ? text : "]\n", out);
}
