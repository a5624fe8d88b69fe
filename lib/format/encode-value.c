/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding of values, as json-iterator's ConfigCompatibleWithStandardLibrary does it (stream_str.go). */

#include <inttypes.h>
#include <string.h>

#include "format/encode-value.h"
#include "json/utf8.h"

/* U+2028 and U+2029, which are line ends in JavaScript, are escaped, and so are < > &, which are special in
 * HTML. */
static bool is_line_end(const char *at, size_t length) {
        return length == 3 && memcmp(at, "\xe2\x80", 2) == 0 && (at[2] == '\xa8' || at[2] == '\xa9');
}

static bool is_plain(const char *at, size_t length) {
        if (length != 1)
                return length > 1 && !is_line_end(at, length);
        return (unsigned char) *at >= 0x20 && !strchr("\"\\<>&", *at);
}

/* length is that of the character, or 0 if it is invalid. */
static int encode_escape(struct text *t, const char *at, size_t length) {
        static const char values[] = "\n\r\t\"\\", names[] = "nrt\"\\";
        const char *value;

        if (length == 0)
                return text_adds(t, "\\ufffd");
        if (length > 1)
                return text_addf(t, "\\u202%x", (unsigned) *(const unsigned char *) (at + 2) & 15);
        value = strchr(values, *at);
        return value ? text_addf(t, "\\%c", names[value - values]) : text_addf(t, "\\u%04x", (unsigned) *at);
}

/* The length of the part of s before the first character to escape. */
static size_t plain_length(const char *s, size_t n) {
        size_t at = 0, length;

        for (; at < n; at += length) {
                length = utf8_length(s + at, n - at);
                if (!is_plain(s + at, length))
                        break;
        }
        return at;
}

int encode_string(struct text *t, const char *s) {
        const char *end = s + strlen(s);
        int r;

        r = text_adds(t, "\"");
        while (r >= 0 && s < end) {
                size_t plain = plain_length(s, (size_t) (end - s)), length;

                r = text_add(t, s, plain);
                s += plain;
                if (r < 0 || s == end)
                        break;

                length = utf8_length(s, (size_t) (end - s));
                r = encode_escape(t, s, length);
                s += length > 0 ? length : 1;
        }
        return r < 0 ? r : text_adds(t, "\"");
}

int encode_i64(struct text *t, int64_t value) {
        return text_addf(t, "%" PRIi64, value);
}

int encode_strings(struct text *t, const struct strings *strings) {
        int r;

        r = text_adds(t, "[");
        for (size_t i = 0; i < strings->n && r >= 0; i++) {
                r = text_adds(t, i > 0 ? "," : "");
                if (r >= 0)
                        r = encode_string(t, strings->items[i]);
        }
        return r < 0 ? r : text_adds(t, "]");
}

int encode_u32s(struct text *t, const struct u32s *u32s) {
        int r;

        r = text_adds(t, "[");
        for (size_t i = 0; i < u32s->n && r >= 0; i++)
                r = text_addf(t, "%s%" PRIu32, i > 0 ? "," : "", u32s->items[i]);
        return r < 0 ? r : text_adds(t, "]");
}

int encode_name(struct text *t, bool first, const char *name) {
        int r;

        r = text_adds(t, first ? "" : ",");
        if (r >= 0)
                r = encode_string(t, name);
        return r < 0 ? r : text_adds(t, ":");
}
