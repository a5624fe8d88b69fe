/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cstorage-gc: removes orphans from a container store. */

#include <signal.h>

#include "run.h"
#include "users/all-users.h"
#include "users/child.h"
#include "util/descriptors.h"
#include "util/exit-status.h"
#include "util/log.h"

int main(int argc, char **argv) {
        _cleanup_options_ struct options options = OPTIONS_INIT;
        struct error error;
        int r = options_parse(&options, argc, argv, &error);

        log_enable_color(color_wanted(&options, STDERR_FILENO));
        if (r < 0) {
                log_error("%s (see cstorage-gc --help)", error.text);
                return STATUS_USAGE;
        }
        if (options.help) {
                options_help(stdout, options.verb);
                return STATUS_DONE;
        }
        if (options.version) {
                puts("cstorage-gc " CSTORAGE_VERSION "\n" CSTORAGE_FEATURES);
                return STATUS_DONE;
        }

        /* If the reader of the report goes away, the deletion still ends. */
        (void) signal(SIGPIPE, SIG_IGN);
        descriptors_allow();
        options.root_fd = user_child_root_fd();
        return options.all_users ? all_users(&options) : run(&options);
}
