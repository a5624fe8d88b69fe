/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Number strings by sorting them. Tens of thousands of ids must take a millisecond or two, so this does not
 * use qsort() and strcmp(): most ids differ in their first eight bytes, which a radix sort compares as one
 * number. A hash table is no alternative: an attacker that chooses the ids could choose its worst case.
 */

#include <string.h>

#include "base/array.h"
#include "plan/intern.h"

#define PREFIX_BYTES 8

struct item {
        uint64_t prefix; /* the first 8 bytes, big-endian */
        const char *string;
        uint32_t index;
};

void intern_done(struct intern *numbers) {
        free(numbers->strings);
        free(numbers->numbers);
        *numbers = INTERN_INIT;
}

int intern_add(struct intern *numbers, const char *string) {
        int r;

        assert(!numbers->numbers);

        if (numbers->n == INTERN_NONE)
                return -ENOMEM;
        r = ARRAY_RESERVE(numbers->strings, numbers->cap, numbers->n + 1);
        if (r < 0)
                return r;

        numbers->strings[numbers->n++] = string;
        return 0;
}

static uint64_t prefix_of(const char *string) {
        uint64_t prefix = 0;

        for (int i = 0; i < PREFIX_BYTES; i++) {
                prefix = prefix << 8 | (unsigned char) *string;
                string += *string != '\0';
        }
        return prefix;
}

/* One stable pass of a radix sort, by one byte. Return false if all have the same byte; then nothing was
 * moved. */
static bool sort_by_byte(const struct item *from, struct item *to, size_t n, unsigned shift) {
        size_t at[256] = {0}, sum = 0;

        for (size_t i = 0; i < n; i++)
                at[from[i].prefix >> shift & 0xff]++;
        for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
                size_t count = at[i];

                if (count == n)
                        return false;
                at[i] = sum;
                sum += count;
        }
        for (size_t i = 0; i < n; i++)
                to[at[from[i].prefix >> shift & 0xff]++] = from[i];
        return true;
}

/* Return the array that contains the result. */
static struct item *sort_by_prefix(struct item *items, struct item *spare, size_t n) {
        for (unsigned shift = 0; shift < 8 * PREFIX_BYTES; shift += 8)
                if (sort_by_byte(items, spare, n, shift)) {
                        struct item *sorted = spare;

                        spare = items;
                        items = sorted;
                }
        return items;
}

static int compare_items(const void *a, const void *b) {
        return strcmp(((const struct item *) a)->string, ((const struct item *) b)->string);
}

/* Number items of one prefix; usually all are the same string. */
static void number_group(struct intern *numbers, struct item *items, size_t n) {
        for (size_t i = 1; i < n; i++)
                if (strcmp(items[0].string, items[i].string) != 0) {
                        qsort(items, n, sizeof(*items), compare_items);
                        break;
                }

        for (size_t i = 0; i < n; i++) {
                if (i > 0 && strcmp(items[i - 1].string, items[i].string) != 0)
                        numbers->n_distinct++;
                numbers->numbers[items[i].index] = numbers->n_distinct;
        }
        numbers->n_distinct++;
}

static size_t fill(struct intern *numbers, struct item *items) {
        size_t n = 0;

        for (size_t i = 0; i < numbers->n; i++) {
                const char *string = numbers->strings[i];

                numbers->numbers[i] = INTERN_NONE;
                if (string && *string)
                        items[n++] = (struct item){prefix_of(string), string, (uint32_t) i};
        }
        return n;
}

int intern_assign(struct intern *numbers) {
        _cleanup_free_ struct item *items = NULL;
        struct item *sorted;
        size_t n, end;

        assert(!numbers->numbers);

        items = reallocarray(NULL, numbers->n + 1, 2 * sizeof(*items));
        numbers->numbers = reallocarray(NULL, numbers->n + 1, sizeof(*numbers->numbers));
        if (!items || !numbers->numbers)
                return -ENOMEM;

        n = fill(numbers, items);
        sorted = sort_by_prefix(items, items + n, n);
        for (size_t start = 0; start < n; start = end) {
                end = start;
                while (end < n && sorted[end].prefix == sorted[start].prefix)
                        end++;
                number_group(numbers, sorted + start, end - start);
        }
        return 0;
}
