/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A fast scan of a record file for ids. It takes about as long as reading the bytes, because it keeps only
 * the ids and expects the members in the order in which Go writes them. A file in another form is not
 * necessarily damaged: then the parser decides, which takes ten times as long.
 */

#include "format/id-scan.h"

#include <string.h>

#include "format/name.h"
#include "format/timestamp.h"

/* A longer record was not written by a Go process, or has a part that this scan does not support. */
#define RECORD_BYTES_MAX (64U * 1024)

/* Each skip function returns the end of the value, or NULL if the value is invalid or incomplete. The text
 * ends with a NUL, and no function passes it. */
typedef const char *skip_function(const char *value);

/* ----------------------------------------------------------------------------------------------- strings */

typedef signed char bytes16 __attribute__((vector_size(16)));

static unsigned first_byte(uint64_t mask) {
        return (unsigned) (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_ctzll(mask)
                                                                     : __builtin_clzll(mask)) /
               8;
}

/* The first quote, backslash, control character or non-ASCII byte (negative, so below the blank). */
static const char *find_special(const char *at) {
        for (;; at += sizeof(bytes16)) {
                bytes16 bytes, special;
                uint64_t words[2];

                memcpy(&bytes, at, sizeof(bytes));
                special = (bytes16) ((bytes == '"') | (bytes == '\\') | (bytes < ' '));
                memcpy(words, &special, sizeof(words));
                if (words[0] != 0)
                        return at + first_byte(words[0]);
                if (words[1] != 0)
                        return at + sizeof(words[0]) + first_byte(words[1]);
        }
}

/* Are these n bytes, sixteen or more, without any that skip_string() must examine? Those of ids and digests
 * are. */
static inline bool is_plain(const char *at, size_t n) {
        bytes16 bytes, plain = ~(bytes16){0};
        uint64_t words[2];

#pragma GCC unroll 8
        for (size_t i = 0; i < n; i += sizeof(bytes)) {
                memcpy(&bytes, at + (i + sizeof(bytes) <= n ? i : n - sizeof(bytes)), sizeof(bytes));
                plain &= (bytes16) ((bytes >= '0') & (bytes != '\\'));
        }
        memcpy(words, &plain, sizeof(words));
        return (words[0] & words[1]) == UINT64_MAX;
}

/* Of the \u escapes, all releases of the Go library write those of &, < and >. */
static const char *skip_escape(const char *at) {
        if (at[1] == 'u')
                return strncmp(at + 2, "00", 2) == 0 && strspn(at + 4, "234567") > 0 &&
                                       strspn(at + 5, "0123456789abcdef") > 0
                               ? at + 6
                               : NULL;
        if (at[1] == '"') /* the most frequent one, in a string that contains JSON */
                return at + 2;
        return at[1] != '\0' && strchr("\\/bfnrt", at[1]) ? at + 2 : NULL;
}

#define DIGEST_LENGTH (strlen("sha256:") + HEXID_DIGITS)

/* Most strings are ids or digests. The guess of their length allows the processor to continue before it has
 * found the end of the string. */
static const char *skip_string(const char *at) {
        if (*at != '"')
                return NULL;
        if (at[1 + DIGEST_LENGTH] == '"' && is_plain(at + 1, DIGEST_LENGTH))
                return at + 1 + DIGEST_LENGTH + 1;
        if (at[1 + HEXID_DIGITS] == '"' && is_plain(at + 1, HEXID_DIGITS))
                return at + 1 + HEXID_DIGITS + 1;
        for (at++; (at = find_special(at)) && *at == '\\';) {
                at = skip_escape(at);
                if (!at)
                        return NULL;
        }
        return *at == '"' ? at + 1 : NULL;
}

/* The parser refuses an empty id. */
static const char *skip_id(const char *at) {
        return at[0] == '"' && at[1] != '"' ? skip_string(at) : NULL;
}

#define TIME_LENGTH strlen("2006-01-02T15:04:05.999999999Z") /* nine of ten have this length */

static const char *skip_time(const char *at) {
        const char *end;

        if (at[0] == '"' && at[1 + TIME_LENGTH] == '"' && time_is_rfc3339(at + 1, TIME_LENGTH))
                return at + 1 + TIME_LENGTH + 1;
        end = skip_string(at);
        return end && time_is_rfc3339(at + 1, (size_t) (end - at) - 2) ? end : NULL;
}

/* Go refuses images with other digests. */
static const char *skip_digest(const char *at) {
        static const char start[] = "\"sha256:";

        if (memcmp(at, start, strlen(start)) != 0 || !name_has_id_digits(at + strlen(start)))
                return NULL;
        at += strlen(start) + HEXID_DIGITS;
        return *at == '"' ? at + 1 : NULL;
}

/* ----------------------------------------------------------------------------------------------- numbers */

#define DIGITS_MAX 18U /* any number of this length fits into 63 bits and into a double */

/* Returns the number of digits, or 0 if it is not an integer or is too long. */
static size_t count_digits(const char *at) {
        size_t n = 0;

        while (at[n] >= '0' && at[n] <= '9')
                n++;
        return (n > 1 && *at == '0') || n > DIGITS_MAX ? 0 : n;
}

static const char *skip_i64(const char *at) {
        size_t n;

        at += *at == '-';
        n = count_digits(at);
        return n > 0 ? at + n : NULL;
}

static const char *skip_u32(const char *at) {
        size_t n = count_digits(at);
        uint64_t value = 0;

        for (size_t i = 0; i < n; i++)
                value = value * 10 + (uint64_t) (at[i] - '0');
        return n > 0 && value <= UINT32_MAX ? at + n : NULL;
}

/* ---------------------------------------------------------------------------------------- lists and maps */

static const char *skip_list(const char *at, skip_function *skip_item) {
        if (*at != '[')
                return NULL;
        if (at[1] == ']')
                return at + 2;
        do
                at = skip_item(at + 1);
        while (at && *at == ',');
        return at && *at == ']' ? at + 1 : NULL;
}

static const char *skip_map(const char *at, skip_function *skip_value) {
        if (*at != '{')
                return NULL;
        if (at[1] == '}')
                return at + 2;
        do {
                at = skip_string(at + 1);
                at = at && *at == ':' ? skip_value(at + 1) : NULL;
        } while (at && *at == ',');
        return at && *at == '}' ? at + 1 : NULL;
}

static const char *skip_word(const char *at, const char *word) {
        size_t n = strlen(word);

        return strncmp(at, word, n) == 0 ? at + n : NULL;
}

static const char *skip_scalar(const char *at) {
        switch (*at) {
        case '"':
                return skip_string(at);
        case 't':
                return skip_word(at, "true");
        case 'f':
                return skip_word(at, "false");
        default:
                return skip_i64(at);
        }
}

static const char *skip_id_map(const char *at) {
        static const char *const words[] = {"{\"container_id\":", ",\"host_id\":", ",\"size\":"};

        for (size_t i = 0; at && i < ARRAY_SIZE(words); i++) {
                at = skip_word(at, words[i]);
                at = at ? skip_u32(at) : NULL;
        }
        return at && *at == '}' ? at + 1 : NULL;
}

static const char *skip_strings(const char *at) {
        return skip_list(at, skip_string);
}

static const char *skip_u32s(const char *at) {
        return skip_list(at, skip_u32);
}

static const char *skip_id_maps(const char *at) {
        return skip_list(at, skip_id_map);
}

static const char *skip_scalars(const char *at) {
        return skip_map(at, skip_scalar);
}

static const char *skip_sizes(const char *at) {
        return skip_map(at, skip_i64);
}

static const char *skip_digests(const char *at) {
        return skip_map(at, skip_digest);
}

/* ----------------------------------------------------------------------------------------------- records */

static skip_function *const skip_kinds[] = {
        [MEMBER_ID] = skip_id,           [MEMBER_TEXT] = skip_string,
        [MEMBER_TIME] = skip_time,       [MEMBER_I64] = skip_i64,
        [MEMBER_U32] = skip_u32,         [MEMBER_STRINGS] = skip_strings,
        [MEMBER_U32S] = skip_u32s,       [MEMBER_ID_MAPS] = skip_id_maps,
        [MEMBER_FLAGS] = skip_scalars,   [MEMBER_BIG_NAMES] = skip_strings,
        [MEMBER_BIG_SIZES] = skip_sizes, [MEMBER_BIG_DIGESTS] = skip_digests,
};

static bool is_named(const struct id_scan *scan, size_t member,
                     const uint64_t text[static ID_SCAN_NAME_WORDS]) {
        const uint64_t *name = scan->members[member].name, *mask = scan->members[member].mask;

        if ((text[0] & mask[0]) != name[0])
                return false;
        return (((text[1] & mask[1]) ^ name[1]) | ((text[2] & mask[2]) ^ name[2])) == 0;
}

/* A member that this release does not know. Go ignores the case of names and the order of members, so the
 * name must be in lower case and different from all known names. */
static const char *skip_unknown(const struct id_scan *scan, const char *name,
                                const uint64_t text[static ID_SCAN_NAME_WORDS]) {
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

        for (size_t i = 0; i < scan->n_members; i++)
                if (is_named(scan, i, text))
                        return NULL;
        if (name[n] != '"' || name[n + 1] != ':')
                return NULL;
        name += n + 2;
        return *name == '['   ? skip_list(name, skip_scalar)
               : *name == '{' ? skip_map(name, skip_scalar)
                              : skip_scalar(name);
}

static const char *skip_member(const struct id_scan *scan, const char *at, size_t *next) {
        const char *name = at + 1;
        uint64_t text[ID_SCAN_NAME_WORDS];

        if (*at != '"')
                return NULL;
        memcpy(text, name, sizeof(text));
        for (size_t i = *next; i < scan->n_members; i++)
                if (is_named(scan, i, text)) {
                        *next = i + 1;
                        return scan->members[i].skip(name + scan->members[i].length);
                }
        return *next > 0 ? skip_unknown(scan, name, text) : NULL;
}

#define START "{\"id\":"

/* Almost every record begins with an id of 64 digits; these are checked once. */
static bool begins_with_id(const char *record) {
        const char *id = record + strlen(START "\"");

        return memcmp(record, START "\"", strlen(START "\"")) == 0 && name_has_id_digits(id) &&
               id[HEXID_DIGITS] == '"';
}

static const char *skip_record(const struct id_scan *scan, const char *at, bool has_id) {
        size_t next = has_id;

        if (memcmp(at, START, strlen(START)) != 0)
                return NULL;
        if (has_id)
                at += strlen(START "\"") + HEXID_DIGITS + 1;
        for (bool is_more = !has_id || *at == ','; is_more; is_more = at && *at == ',')
                at = skip_member(scan, at + 1, &next);
        return at && *at == '}' ? at + 1 : NULL;
}

/* -------------------------------------------------------------------------------------------------- files */

void id_scan_init(struct id_scan *scan, const struct record_type *type, struct hexids *ids) {
        assert(type->members[0].kind == MEMBER_ID);
        *scan = (struct id_scan){.ids = ids, .n_members = type->n_members};
        for (size_t i = 0; i < type->n_members; i++) {
                const struct member *member = &type->members[i];
                size_t n = strlen(member->name);

                assert(n + strlen("\":") <= sizeof(scan->members[i].name));
                scan->members[i].length = n + strlen("\":");
                memcpy(scan->members[i].name, member->name, n);
                memcpy((char *) scan->members[i].name + n, "\":", strlen("\":"));
                memset(scan->members[i].mask, 0xff, scan->members[i].length);
                scan->members[i].skip =
                        strcmp(member->name, "digest") == 0 ? skip_digest : skip_kinds[member->kind];
        }
}

bool id_scan_is_complete(const struct id_scan *scan) {
        return scan->state == ID_SCAN_END;
}

/* Process one character between records. */
static bool step(struct id_scan *scan, char c) {
        switch (scan->state) {
        case ID_SCAN_START:
                scan->state = ID_SCAN_FIRST;
                return c == '[';
        case ID_SCAN_FIRST:
                scan->state = ID_SCAN_END;
                return c == ']';
        case ID_SCAN_RECORD:
                return false;
        case ID_SCAN_BEHIND:
                scan->state = c == ',' ? ID_SCAN_RECORD : ID_SCAN_END;
                return c == ',' || c == ']';
        case ID_SCAN_END:
                return c == '\n';
        }
        return false;
}

int id_scan(struct id_scan *scan, const char *bytes, size_t n, size_t *ret_used) {
        const char *at = bytes, *end = bytes + n, *behind;
        bool has_id;

        while (at < end) {
                if (*at != '{' || (scan->state != ID_SCAN_FIRST && scan->state != ID_SCAN_RECORD)) {
                        if (!step(scan, *at++))
                                return 0;
                        continue;
                }
                has_id = begins_with_id(at);
                behind = skip_record(scan, at, has_id);
                if (!behind && (size_t) (end - at) > RECORD_BYTES_MAX)
                        return 0;
                if (!behind)
                        break;
                if (has_id && hexids_add(scan->ids, at + strlen(START "\"")) < 0)
                        return -ENOMEM;
                scan->state = ID_SCAN_BEHIND;
                at = behind;
        }
        *ret_used = (size_t) (at - bytes);
        return 1;
}
