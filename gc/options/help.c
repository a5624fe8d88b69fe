/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The help of each command. Tests compare it with the table of options and with the manual. */

#include "options/options.h"

#define STORE_OPTIONS                                                                                        \
        "Store:\n"                                                                                           \
        "      --root=PATH              graphroot, instead of that of storage.conf\n"                        \
        "      --runroot=PATH           runroot, instead of that of storage.conf\n"                          \
        "      --imagestore=PATH        separate image store\n"                                              \
        "      --storage-driver=NAME    driver: overlay, vfs, btrfs\n"                                       \
        "      --storage-opt=KEY=VALUE  driver option; may be repeated\n"                                    \
        "      --transient-store[=BOOL] whether the store is transient\n"                                    \
        "      --config-compat=WHICH    how to read storage.conf: auto, current, legacy\n"

#define DAMAGE_OUTPUT_OPTIONS                                                                                \
        "Output:\n"                                                                                          \
        "      --json                   report as one JSON object\n"                                         \
        "      --summary                print numbers for each result and reason only\n"                     \
        "  -q, --quiet                  print only errors and refusals\n"                                    \
        "      --color=WHEN             use colors: auto, always, never\n"

#define COMMON_OPTIONS                                                                                       \
        "      --version                print the version and the features\n"                                \
        "  -h, --help                   print this help\n"

static const char collect_help[] =
        "cstorage-gc [collect] [OPTIONS...]\n"
        "cstorage-gc check|repair|config|facts [OPTIONS...]\n"
        "\n"
        "Remove orphaned layers and container data from the store of podman, buildah,\n"
        "skopeo and CRI-O.\n"
        "\n"
        "Commands:\n"
        "  collect   remove orphans and reset torn volatile files (default)\n"
        "  check     print damaged layers, and what they break\n"
        "  repair    repair damaged layers; remove no orphans\n"
        "  config    print every setting and its origin\n"
        "  facts     print the facts of the decision, for bug reports\n"
        "\n"
        "Options:\n"
        "  -n, --dry-run                print what would be removed; change nothing\n"
        "      --all-users              also collect the stores of all other users\n"
        "      --recent                 also remove recent orphans that nothing uses\n"
        "      --no-repair              leave torn volatile record files as they are\n"
        "      --no-delete              move garbage to the trash and exit\n"
        "      --deleter=SOCKET         send the trash to the deleter at this socket\n"
        "      --lock-timeout=TIME      wait this long for the locks of the store [30s]\n"
        "\n"
        "Output:\n"
        "      --json                   report as one JSON object\n"
        "      --summary                print numbers for each result and reason only\n"
        "      --verbose                also list what is kept\n"
        "  -q, --quiet                  print only errors and refusals\n"
        "      --progress=WHEN          show the progress: auto, always, never\n"
        "      --color=WHEN             use colors: auto, always, never\n"
        "\n" STORE_OPTIONS "\n" COMMON_OPTIONS "\n"
        "Exit status: 0 done or nothing to do, 1 a removal failed, 2 invalid usage, 3 an\n"
        "object was refused, 4 the locks were not obtained in time.\n";

static const char check_help[] =
        "cstorage-gc check [OPTIONS...]\n"
        "\n"
        "Examine the parts of all recorded layers, and print those that are damaged and\n"
        "the images and containers that are lost. Change nothing.\n"
        "\n"
        "Options:\n"
        "      --content[=PERCENT]      also compare the files of layers with their sums\n"
        "\n" DAMAGE_OUTPUT_OPTIONS "\n" STORE_OPTIONS "\n" COMMON_OPTIONS "\n"
        "Exit status: 0 nothing is damaged, 1 something failed, 2 usage, 3 something is\n"
        "damaged.\n";

static const char repair_help[] =
        "cstorage-gc repair [OPTIONS...]\n"
        "\n"
        "Repair damaged layers, remove incomplete ones, and reset torn volatile files.\n"
        "\n"
        "Options:\n"
        "  -n, --dry-run                print what would be repaired; change nothing\n"
        "      --lock-timeout=TIME      wait this long for the locks of the store [30s]\n"
        "\n" DAMAGE_OUTPUT_OPTIONS "\n" STORE_OPTIONS "\n" COMMON_OPTIONS "\n"
        "Exit status: 0 nothing is damaged any more, 1 something failed, 2 usage, 3\n"
        "something is lost, 4 the locks were not obtained in time.\n";

static const char config_help[] =
        "cstorage-gc config [OPTIONS...]\n"
        "\n"
        "Print every setting of the store and its origin: a file and the line in it, an\n"
        "environment variable, or an option.\n"
        "\n"
        "Options:\n"
        "      --json                   print one JSON object\n"
        "\n" STORE_OPTIONS "\n" COMMON_OPTIONS;

static const char facts_help[] =
        "cstorage-gc facts [OPTIONS...]\n"
        "\n"
        "Print the facts from which the collector decides. Attach them to a bug report:\n"
        "they become a test.\n"
        "\n"
        "Options:\n"
        "      --recent                 also examine the open files of processes\n"
        "\n" STORE_OPTIONS "\n" COMMON_OPTIONS;

void options_help(FILE *out, enum verb verb) {
        static const char *const help[] = {[VERB_COLLECT] = collect_help,
                                           [VERB_CHECK] = check_help,
                                           [VERB_REPAIR] = repair_help,
                                           [VERB_CONFIG] = config_help,
                                           [VERB_FACTS] = facts_help};

        fputs(help[verb], out);
}
