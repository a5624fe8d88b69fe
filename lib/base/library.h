/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shared libraries that are loaded on first use. Most runs do not need them, and reading a library and its
 * dependencies from a cold disk takes longer than the rest of the run. The functions in use form a list
 *
 *     #define LIBX_NAME "libx.so.1"
 *     LIBRARY_NOTE(libx, LIBX_NAME, "wishes", "making wishes", "recommended");
 *     #define LIBX_FUNCTIONS(F) F(x_new) F(x_free)
 *     static struct { LIBX_FUNCTIONS(LIBRARY_POINTER) } libx;
 *     static const char *const libx_names[] = { LIBX_FUNCTIONS(LIBRARY_NAME) };
 *
 * and are called as libx.x_new(), with the types of the library's header.
 */
#define LIBRARY_POINTER(function) __typeof__(function) *function;
#define LIBRARY_NAME(function)    #function,

/*
 * An ELF note (https://systemd.io/ELF_DLOPEN_METADATA/) for packaging tools, which cannot see from the ELF
 * header which libraries a file loads later. The priority is that of the package dependency: "required",
 * "recommended" or "suggested".
 */
#define LIBRARY_NOTE(name, soname, feature, description, priority)                                           \
        LIBRARY_NOTE_OF(name, "[{\"soname\":[\"" soname "\"],\"feature\":\"" feature                         \
                              "\",\"description\":\"" description "\",\"priority\":\"" priority "\"}]")

#define LIBRARY_NOTE_OF(name, text)                                                                          \
        static const struct {                                                                                \
                uint32_t owner_size, json_size, type;                                                        \
                char owner[4], json[sizeof(text)];                                                           \
        } name##_note __attribute__((used, aligned(4),                                                       \
                                     section(".note.dlopen"))) = {4, sizeof(text), 0x407c0c0aU, "FDO", text}

/* Load a library and fill in all n pointers. The library stays loaded. Returns false if the library or one of
 * the functions is missing. */
bool library_load(const char *soname, const char *const *names, size_t n, void *pointers);
