/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What no parser takes. Only brackets are counted, and strings passed over: that much the most lenient ones
 * have in common, and Go's (jsoniter) is lenient about NULs in some strings, names in other case and names
 * that come twice.
 */

#include "format/wreck.h"

struct scan {
        size_t depth;
        bool in_string, escaped, ended;
};

static bool step_in_string(struct scan *scan, char c) {
        if (scan->escaped)
                scan->escaped = false;
        else if (c == '\\')
                scan->escaped = true;
        else if (c == '"')
                scan->in_string = false;
        return true;
}

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* false where no parser goes on. */
static bool step(struct scan *scan, char c) {
        if (scan->in_string)
                return step_in_string(scan, c);
        if (is_blank(c))
                return true;
        if (scan->ended || (scan->depth == 0 && c != '['))
                return false;

        switch (c) {
        case '"':
                scan->in_string = true;
                return true;
        case '[':
        case '{':
                scan->depth++;
                return true;
        case ']':
        case '}':
                scan->ended = --scan->depth == 0;
                return true;
        default:
                return (unsigned char) c >= ' ';
        }
}

bool text_is_wreck(const char *text, size_t len) {
        struct scan scan = {.depth = 0};

        for (size_t i = 0; i < len; i++)
                if (!step(&scan, text[i]))
                        return true;
        return !scan.ended;
}
