/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The command line. The options have the names that podman and containers-storage use, so that users of these
 * programs know them. One table lists all options; tests compare it with --help, the manual and the parser.
 */

#include <getopt.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "options/options.h"

enum {
        OPT_ROOT = 256,
        OPT_RUNROOT,
        OPT_IMAGESTORE,
        OPT_DRIVER,
        OPT_STORAGE_OPT,
        OPT_TRANSIENT,
        OPT_LOCK_TIMEOUT,
        OPT_ALL_USERS,
        OPT_JSON,
        OPT_RECENT,
        OPT_NO_REPAIR,
        OPT_NO_DELETE,
        OPT_DELETER,
        OPT_PROGRESS,
        OPT_COLOR,
        OPT_SUMMARY,
        OPT_VERBOSE,
        OPT_CONFIG_COMPAT,
        OPT_CONTENT,
        OPT_VERSION,
};

static const struct option long_options[] = {
        {"dry-run", no_argument, NULL, 'n'},
        {"all-users", no_argument, NULL, OPT_ALL_USERS},
        {"json", no_argument, NULL, OPT_JSON},
        {"root", required_argument, NULL, OPT_ROOT},
        {"runroot", required_argument, NULL, OPT_RUNROOT},
        {"imagestore", required_argument, NULL, OPT_IMAGESTORE},
        {"storage-driver", required_argument, NULL, OPT_DRIVER},
        {"storage-opt", required_argument, NULL, OPT_STORAGE_OPT},
        {"transient-store", optional_argument, NULL, OPT_TRANSIENT},
        {"config-compat", required_argument, NULL, OPT_CONFIG_COMPAT},
        {"lock-timeout", required_argument, NULL, OPT_LOCK_TIMEOUT},
        {"recent", no_argument, NULL, OPT_RECENT},
        {"no-repair", no_argument, NULL, OPT_NO_REPAIR},
        {"no-delete", no_argument, NULL, OPT_NO_DELETE},
        {"deleter", required_argument, NULL, OPT_DELETER},
        {"progress", required_argument, NULL, OPT_PROGRESS},
        {"color", required_argument, NULL, OPT_COLOR},
        {"quiet", no_argument, NULL, 'q'},
        {"summary", no_argument, NULL, OPT_SUMMARY},
        {"verbose", no_argument, NULL, OPT_VERBOSE},
        {"content", optional_argument, NULL, OPT_CONTENT},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
};

void options_done(struct options *options) {
        free(options->storage_opts);
        *options = OPTIONS_INIT;
}

bool progress_wanted(const struct options *options) {
        switch (options->progress) {
        case WHEN_ALWAYS:
                return true;
        case WHEN_NEVER:
                return false;
        case WHEN_AUTO:
                return !options->quiet && isatty(STDERR_FILENO);
        }
        return false;
}

/* Not if NO_COLOR is set and not empty (https://no-color.org), or TERM is unset or "dumb". */
static bool environment_allows_color(void) {
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

        return (!no_color || !*no_color) && term && strcmp(term, "dumb") != 0;
}

bool color_wanted(const struct options *options, int fd) {
        switch (options->color) {
        case WHEN_ALWAYS:
                return true;
        case WHEN_NEVER:
                return false;
        case WHEN_AUTO:
                return environment_allows_color() && isatty(fd);
        }
        return false;
}

/* The index of a word in a list that ends with NULL. */
static int parse_word(const char *s, const char *const *words, unsigned *ret) {
        for (unsigned i = 0; words[i]; i++)
                if (strcmp(s, words[i]) == 0) {
                        *ret = i;
                        return 0;
                }
        return -EINVAL;
}

static int take_when(const char *option, const char *value, enum when *ret, struct error *reterr) {
        static const char *const words[] = {
                [WHEN_AUTO] = "auto", [WHEN_ALWAYS] = "always", [WHEN_NEVER] = "never", NULL};
        unsigned i;

        if (parse_word(value, words, &i) < 0)
                return error_set(reterr, -EINVAL, "%s wants auto, always or never", option);
        *ret = (enum when) i;
        return 0;
}

const char *const config_compat_names[] = {[CSTORAGE_CONFIG_AUTO] = "auto",
                                           [CSTORAGE_CONFIG_CURRENT] = "current",
                                           [CSTORAGE_CONFIG_LEGACY] = "legacy",
                                           NULL};

static int take_rules(struct options *options, const char *value, struct error *reterr) {
        unsigned i;

        if (parse_word(value, config_compat_names, &i) < 0)
                return error_set(reterr, -EINVAL, "--config-compat wants auto, current or legacy");
        options->rules = (enum cstorage_config_compat) i;
        return 0;
}

/* The spellings of Go's strconv.ParseBool, which podman's flags take. */
static int parse_switch(const char *s, enum switched *ret) {
        static const char *const on[] = {"1", "t", "T", "true", "TRUE", "True"};
        static const char *const off[] = {"0", "f", "F", "false", "FALSE", "False"};

        for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
                if (strcmp(s, on[i]) == 0) {
                        *ret = SWITCH_ON;
                        return 0;
                }
                if (strcmp(s, off[i]) == 0) {
                        *ret = SWITCH_OFF;
                        return 0;
                }
        }
        return -EINVAL;
}

/* The value of an option that names a path or a driver. An empty one is refused: it would mean the default.
 */
static int take_name(const char *option, const char *value, const char **ret, struct error *reterr) {
        if (value[0] == '\0')
                return error_set(reterr, -EINVAL, "%s wants a value that is not empty", option);

        *ret = value;
        return 0;
}

/* podman accepts relative paths. Here the path decides what is deleted, so it must be absolute. */
static int take_path(const char *option, const char *value, const char **ret, struct error *reterr) {
        if (value[0] != '/')
                return error_set(reterr, -EINVAL, "%s wants an absolute path", option);

        return take_name(option, value, ret, reterr);
}

/* The drivers of all releases of containers/storage (drivers/driver_linux.go:Priority). The collector refuses
 * the stores of some of them; any other name is a typing error. */
static int take_driver(const char *value, const char **ret, struct error *reterr) {
        static const char *const names[] = {"overlay", "overlay2", "vfs",          "btrfs",
                                            "zfs",     "aufs",     "devicemapper", NULL};
        unsigned i;

        if (parse_word(value, names, &i) < 0)
                return error_set(reterr, -EINVAL,
                                 "--storage-driver: there is no driver \"%.64s\"; name overlay, vfs or btrfs",
                                 value);
        *ret = value;
        return 0;
}

static int take_storage_opt(struct options *options, const char *value, struct error *reterr) {
        int r;

        /* an empty value means no options, as in podman (runtime_libpod.go:getRuntime) */
        if (value[0] != '\0' && !strchr(value, '='))
                return error_set(reterr, -EINVAL, "--storage-opt wants KEY=VALUE");

        r = ARRAY_RESERVE(options->storage_opts, options->cap_storage_opts, options->n_storage_opts + 1);
        if (r < 0)
                return error_errno(reterr, r, "--storage-opt");

        options->storage_opts[options->n_storage_opts++] = value;
        return 0;
}

/* "5" or "5%" */
static int take_percent(const char *value, unsigned *ret, struct error *reterr) {
        size_t n = strspn(value, "0123456789");
        char digits[4] = "";
        uint64_t percent;

        if (n < sizeof(digits))
                memcpy(digits, value, n);
        if ((value[n] != '\0' && strcmp(value + n, "%") != 0) || parse_u64(digits, &percent) < 0 ||
            percent < 1 || percent > 100)
                return error_set(reterr, -EINVAL, "--content wants a percentage from 1 to 100");
        *ret = (unsigned) percent;
        return 0;
}

static int take_lock_timeout(struct options *options, const char *value, struct error *reterr) {
        int r = parse_duration(value, &options->lock_timeout_us);

        if (r == -ERANGE)
                return error_set(reterr, -EINVAL, "--lock-timeout is at most a week");
        if (r < 0)
                return error_set(reterr, -EINVAL,
                                 "--lock-timeout wants seconds, or a number with us, ms, s, min or h");
        return 0;
}

/* Options with a value. */
static int take_valued(struct options *options, int c, const char *value, struct error *reterr) {
        switch (c) {
        case OPT_ROOT:
                return take_path("--root", value, &options->root, reterr);
        case OPT_RUNROOT:
                return take_path("--runroot", value, &options->runroot, reterr);
        case OPT_IMAGESTORE:
                return take_path("--imagestore", value, &options->imagestore, reterr);
        case OPT_DELETER:
                return take_path("--deleter", value, &options->deleter, reterr);
        case OPT_DRIVER:
                return take_driver(value, &options->driver, reterr);
        case OPT_STORAGE_OPT:
                return take_storage_opt(options, value, reterr);
        case OPT_LOCK_TIMEOUT:
                return take_lock_timeout(options, value, reterr);
        case OPT_TRANSIENT:
                if (parse_switch(value ?: "true", &options->transient) < 0)
                        return error_set(reterr, -EINVAL, "--transient-store wants true or false");
                return 0;
        case OPT_CONTENT:
                return take_percent(value ?: "100", &options->content_percent, reterr);
        case OPT_PROGRESS:
                return take_when("--progress", value, &options->progress, reterr);
        case OPT_COLOR:
                return take_when("--color", value, &options->color, reterr);
        case OPT_CONFIG_COMPAT:
                return take_rules(options, value, reterr);
        default:
                return error_set(reterr, -EINVAL, "see cstorage-gc --help");
        }
}

static int take(struct options *options, int c, const char *value, struct error *reterr) {
        switch (c) {
        case 'n':
                options->dry_run = true;
                return 0;
        case 'q':
                options->quiet = true;
                return 0;
        case 'h':
                options->help = true;
                return 0;
        case OPT_ALL_USERS:
                options->all_users = true;
                return 0;
        case OPT_JSON:
                options->json = true;
                return 0;
        case OPT_RECENT:
                options->recent = true;
                return 0;
        case OPT_NO_REPAIR:
                options->repair = false;
                return 0;
        case OPT_NO_DELETE:
                options->delete_trash = false;
                return 0;
        case OPT_SUMMARY:
                options->summary = true;
                return 0;
        case OPT_VERBOSE:
                options->verbose = true;
                return 0;
        case OPT_VERSION:
                options->version = true;
                return 0;
        default:
                return take_valued(options, c, value, reterr);
        }
}

/* The configuration of each user selects the store of that user. */
static int check_all_users(const struct options *options, struct error *reterr) {
        if (options->root || options->runroot || options->imagestore || options->driver ||
            options->n_storage_opts > 0 || options->transient != SWITCH_UNSET)
                return error_set(reterr, -EINVAL,
                                 "--all-users cannot be combined with options that select a store");
        if (options->deleter || options->verb != VERB_COLLECT)
                return error_set(reterr, -EINVAL,
                                 "--all-users cannot be combined with --deleter, check, repair, config or "
                                 "facts");
        return 0;
}

/* Refuse options that contradict each other. */
static int check_together(const struct options *options, struct error *reterr) {
        if (options->quiet && (options->verbose || options->json || options->verb == VERB_CONFIG))
                return error_set(reterr, -EINVAL,
                                 "--quiet cannot be combined with --verbose, --json or config");
        if (options->quiet && options->summary)
                return error_set(reterr, -EINVAL, "--quiet cannot be combined with --summary");
        if (!options->delete_trash && options->deleter)
                return error_set(reterr, -EINVAL, "--deleter cannot be combined with --no-delete");
        if (options->verb == VERB_FACTS && options->json)
                return error_set(reterr, -EINVAL,
                                 "facts has a form of its own and cannot be combined with --json");
        if (options->content_percent > 0 && options->verb != VERB_CHECK)
                return error_set(reterr, -EINVAL, "--content requires the command check");
        if (options->verb == VERB_REPAIR && !options->repair)
                return error_set(reterr, -EINVAL, "repair cannot be combined with --no-repair");
        return options->all_users ? check_all_users(options, reterr) : 0;
}

/* The error of a word that getopt(3) refused. getopt prints nothing (opterr), because it would not escape the
 * word. */
static int untaken(int c, char **argv, struct error *reterr) {
        _cleanup_text_ struct text shown = TEXT_INIT;
        const char letter[] = {'-', (char) optopt, '\0'};
        const char *word = optopt > 0 && optopt < OPT_ROOT ? letter : argv[optind - 1];

        (void) text_add_escaped(&shown, word, strlen(word));
        if (c == ':')
                return error_set(reterr, -EINVAL, "%s wants a value", shown.s ?: "");

        return error_set(reterr, -EINVAL, "%s: no such option, or not one that takes a value", shown.s ?: "");
}

static int take_verb(struct options *options, const char *word, struct error *reterr) {
        static const char *const verbs[] = {
                [VERB_COLLECT] = "collect", [VERB_CHECK] = "check", [VERB_REPAIR] = "repair",
                [VERB_CONFIG] = "config",   [VERB_FACTS] = "facts", NULL};
        _cleanup_text_ struct text shown = TEXT_INIT;
        unsigned i;

        if (parse_word(word, verbs, &i) < 0) {
                (void) text_add_escaped(&shown, word, strlen(word));
                return error_set(reterr, -EINVAL, "%s: no such command; there are collect, config and facts",
                                 shown.s ?: "");
        }
        options->verb = (enum verb) i;
        return 0;
}

static int take_options(struct options *options, int argc, char **argv, struct error *reterr) {
        int c, r;

        while ((c = getopt_long(argc, argv, "+:nqh", long_options, NULL)) != -1) {
                if (c == '?' || c == ':')
                        return untaken(c, argv, reterr);

                r = take(options, c, optarg, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

int options_parse(struct options *options, int argc, char **argv, struct error *reterr) {
        int r;

        optind = 0; /* getopt begins anew, also in a second call in one process */
        opterr = 0;
        r = take_options(options, argc, argv, reterr);
        if (r >= 0 && optind < argc) {
                r = take_verb(options, argv[optind++], reterr);
                if (r >= 0)
                        r = take_options(options, argc, argv, reterr);
        }
        if (r < 0)
                return r;
        if (optind < argc)
                return error_set(reterr, -EINVAL, "cstorage-gc takes no argument behind its command");

        return check_together(options, reterr);
}
