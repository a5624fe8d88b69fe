/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Detection of torn files. The scanner follows the parser of Go (jsoniter) and is at least as lenient: that
 * parser accepts any character as the end of a record (reflect_struct_decoder.go:generalStructDecoder), and a
 * NUL behind the list as the end of the text (config.go:Unmarshal).
 */

#include <string.h>

#include "format/torn-file.h"

struct scan {
        const char *at, *end;
};

/* The next character after white space, or -1 at the end of the text. */
static int next(struct scan *scan) {
        while (scan->at < scan->end && memchr(" \t\r\n", *scan->at, 4))
                scan->at++;
        return scan->at < scan->end ? (unsigned char) *scan->at++ : -1;
}

/* Starts behind the opening quote. */
static bool skip_string(struct scan *scan) {
        bool escaped = false;

        while (scan->at < scan->end) {
                char c = *scan->at++;

                if (c == '"' && !escaped)
                        return true;
                escaped = c == '\\' && !escaped;
        }
        return false;
}

/* Starts behind the opening bracket. Only the depth counts, not the kind of a bracket. */
static bool skip_nested(struct scan *scan) {
        size_t depth = 1;

        while (depth > 0) {
                int c = next(scan);

                if (c < ' ' || (c == '"' && !skip_string(scan)))
                        return false;
                if (c == '[' || c == '{')
                        depth++;
                else if (c == ']' || c == '}')
                        depth--;
        }
        return true;
}

static bool is_of_scalar(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '+' || c == '.';
}

static bool skip_value(struct scan *scan) {
        int c = next(scan);

        if (c == '"')
                return skip_string(scan);
        if (c == '[' || c == '{')
                return skip_nested(scan);
        if (!is_of_scalar(c))
                return false;
        while (scan->at < scan->end && is_of_scalar((unsigned char) *scan->at))
                scan->at++;
        return true;
}

/* Starts behind the opening bracket. */
static bool skip_record(struct scan *scan) {
        if (next(scan) == '}')
                return true;
        scan->at--;
        do
                if (!skip_value(scan) || next(scan) != ':' || !skip_value(scan))
                        return false;
        while (next(scan) == ',');
        return true;
}

static bool skip_element(struct scan *scan) {
        if (next(scan) == '{')
                return skip_record(scan);
        scan->at--;
        return skip_value(scan);
}

static bool skip_list(struct scan *scan) {
        int c;

        if (next(scan) != '[')
                return false;
        if (next(scan) == ']')
                return true;
        scan->at--;
        do {
                if (!skip_element(scan))
                        return false;
                c = next(scan);
        } while (c == ',');
        return c == ']';
}

bool text_is_torn(const char *text, size_t len) {
        struct scan scan = {.at = text, .end = text + len};

        return !skip_list(&scan) || next(&scan) > 0;
}

size_t text_list_length(const char *text, size_t len) {
        struct scan scan = {.at = text, .end = text + len};

        if (!memchr(text, '\0', len) || !skip_list(&scan) || next(&scan) != 0)
                return len;
        return (size_t) (scan.at - 1 - text);
}
