/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shared libraries that are loaded when they are first needed: where most runs do not, to read them, and
 * those that they need, from a cold disk takes longer than all else that is done. What is used of one is a
 * list
 *
 *     #define LIBX_NAME "libx.so.1"
 *     LIBRARY_NOTE(libx, LIBX_NAME, "wishes", "making wishes", "recommended");
 *     #define LIBX_FUNCTIONS(F) F(x_new) F(x_free)
 *     static struct { LIBX_FUNCTIONS(LIBRARY_POINTER) } libx;
 *     static const char *const libx_names[] = { LIBX_FUNCTIONS(LIBRARY_NAME) };
 *
 * and is then called as libx.x_new(), with the types of the library's header.
 */
#define LIBRARY_POINTER(function) __typeof__(function) *function;
#define LIBRARY_NAME(function)    #function,

/*
 * For the tools of packagers, who see in no header of the file what it may load: an ELF note after
 * https://systemd.io/ELF_DLOPEN_METADATA/. The priority says how a package is to depend on it: "required",
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

/* Fill in all n pointers. The library stays loaded. False where it or one of its functions is not there. */
bool library_load(const char *soname, const char *const *names, size_t n, void *pointers);
