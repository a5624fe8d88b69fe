/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open the store of the command line. */

#include "store-open.h"

int store_open(char **words, bool transient,
               int (*how)(const struct cstorage_config *, struct cstorage_store **, struct cstorage_error *),
               struct cstorage_store **ret, struct cstorage_error *reterr) {
        struct cstorage_config *config = NULL;
        int r;

        r = cstorage_config_new(&config);
        if (r >= 0)
                r = cstorage_config_set_driver(config, words[0]);
        if (r >= 0)
                r = cstorage_config_set_graphroot(config, words[1]);
        if (r >= 0)
                r = cstorage_config_set_runroot(config, words[2]);
        if (r >= 0)
                r = cstorage_config_set_transient(config, transient);
        if (r >= 0)
                r = how(config, ret, reterr);
        cstorage_config_free(config);
        return r;
}
