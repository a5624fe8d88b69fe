/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Shared libraries that are loaded when they are first needed: where most runs do not, to read them, and
 * those that they need, from a cold disk takes longer than all else that is done. What is used of one is a
 * list
 *
 *     #define LIBX_FUNCTIONS(F) F(x_new) F(x_free)
 *     static struct { LIBX_FUNCTIONS(LIBRARY_POINTER) } libx;
 *     static const char *const libx_names[] = { LIBX_FUNCTIONS(LIBRARY_NAME) };
 *
 * and is then called as libx.x_new(), with the types of the library's header.
 */
#define LIBRARY_POINTER(function) __typeof__(function) *function;
#define LIBRARY_NAME(function)    #function,

/* Fill in all n pointers. The library stays loaded. False where it or one of its functions is not there. */
bool library_load(const char *soname, const char *const *names, size_t n, void *pointers);
