/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Print the settings of the store for the system in a directory, in the form of containers-storage status.
 *
 *   config-show ROOT newest|old [NAME=VALUE...]
 */

#include <stdio.h>
#include <string.h>

#include "config/config.h"

static const char *get(void *userdata, const char *name) {
        char **variables = userdata;
        size_t n = strlen(name);

        for (; *variables; variables++)
                if (strncmp(*variables, name, n) == 0 && (*variables)[n] == '=')
                        return *variables + n + 1;
        return NULL;
}

static void print(const struct cstorage_config *config) {
        const char *driver = cstorage_config_get_driver(config), *option;

        printf("Root: %s\n", cstorage_config_get_graphroot(config));
        printf("Run Root: %s\n", cstorage_config_get_runroot(config));
        printf("Driver Name: %s\n", driver ? driver : "");
        printf("Driver Options: [");
        for (size_t i = 0; (option = cstorage_config_get_option(config, i)); i++)
                printf("%s%s", i > 0 ? " " : "", option);
        printf("]\n");
}

int main(int argc, char **argv) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        struct config_source source = {.root = argv[1], .env.get = get};
        struct error error;

        if (argc < 3)
                return 2;
        source.env.userdata = argv + 3;
        source.rules = strcmp(argv[2], "old") == 0 ? CSTORAGE_CONFIG_LEGACY : CSTORAGE_CONFIG_CURRENT;
        if (config_load_from(&source, &config, &error) < 0) {
                fprintf(stderr, "%s\n", error.text);
                return 1;
        }
        print(config);
        return 0;
}
