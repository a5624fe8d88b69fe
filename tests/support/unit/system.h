/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "config/config.h"
#include "unit.h"

#define ETC "/etc/containers/storage.conf"
#define USR "/usr/share/containers/storage.conf"

/* A simulated system: a directory in place of /, and an environment. */
struct system {
        char root[64];
        const char *variables[16][2];
        size_t n;
        struct config_source source;
        struct error error;
};

int system_setup(void **state);
int system_teardown(void **state);
void set(struct system *s, const char *name, const char *value);
char *below(struct system *s, const char *path);
void put(struct system *s, const char *path, const char *content);
struct cstorage_config *load(struct system *s);

/* The text follows the root of the system in the message. */
void assert_refused(struct system *s, int code, const char *text);

void assert_text(const char *got, const char *wanted);
void assert_graphroot(struct system *s, const char *wanted);

#define CASE(f) cmocka_unit_test_setup_teardown(f, system_setup, system_teardown)
