/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "options/options.h"
#include "unit.h"

static int parse(struct options *options, struct error *error, const char *const *words) {
        char *argv[32] = {(char *) "cstorage-gc"};
        int argc = 1;

        for (; words[argc - 1]; argc++) {
                assert_true(argc >= 1 && argc <= 30);
                argv[argc] = (char *) words[argc - 1];
        }
        return options_parse(options, argc, argv, error);
}

#define PARSE(options, error, ...)                                                                           \
        parse(options, error, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void nothing_given_is_a_collection_with_half_a_minute_for_the_locks(void **state) {
        _cleanup_options_ struct options options = OPTIONS_INIT;
        struct error error;

        (void) state;
        assert_ok(PARSE(&options, &error));
        assert_false(options.dry_run);
        assert_true(options.delete_trash);
        assert_true(options.repair);
        assert_int_equal(options.transient, SWITCH_UNSET);
        assert_int_equal(options.lock_timeout_us, 30000000);
        assert_null(options.root);
}

static void every_option_is_understood(void **state) {
        _cleanup_options_ struct options options = OPTIONS_INIT;
        struct error error;

        (void) state;
        assert_ok(PARSE(&options, &error, "--dry-run", "--json", "--root=/g", "--runroot", "/r",
                        "--imagestore=/i", "--storage-driver=vfs", "--storage-opt=a=b", "--storage-opt", "",
                        "--transient-store", "--lock-timeout=1.5", "--recent", "--no-repair", "--no-delete",
                        "--progress=never", "--color=always", "--summary", "--verbose"));
        assert_true(options.dry_run && options.json && options.recent && !options.repair &&
                    !options.delete_trash && options.verbose && options.summary);
        assert_string_equal(options.root, "/g");
        assert_string_equal(options.runroot, "/r");
        assert_string_equal(options.imagestore, "/i");
        assert_string_equal(options.driver, "vfs");
        assert_int_equal(options.n_storage_opts, 2);
        assert_string_equal(options.storage_opts[0], "a=b");
        assert_string_equal(options.storage_opts[1], "");
        assert_int_equal(options.transient, SWITCH_ON);
        assert_int_equal(options.lock_timeout_us, 1500000);
        assert_int_equal(options.progress, WHEN_NEVER);
        assert_int_equal(options.color, WHEN_ALWAYS);
}

static void the_short_ones_are_understood(void **state) {
        _cleanup_options_ struct options options = OPTIONS_INIT;
        struct error error;

        (void) state;
        assert_ok(PARSE(&options, &error, "-nq"));
        assert_true(options.dry_run && options.quiet);
}

static void transient_takes_the_spellings_of_go(void **state) {
        static const char *const wrong[] = {"--transient-store=", "--transient-store=yes",
                                            "--transient-store=TrUe"};
        _cleanup_options_ struct options options = OPTIONS_INIT;
        struct error error;

        (void) state;
        assert_ok(PARSE(&options, &error, "--transient-store=false"));
        assert_int_equal(options.transient, SWITCH_OFF);
        assert_ok(PARSE(&options, &error, "--transient-store=T"));
        assert_int_equal(options.transient, SWITCH_ON);
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_int_equal(PARSE(&options, &error, wrong[i]), -EINVAL);
}

static void what_is_no_command_line_is_refused_in_words(void **state) {
        static const struct {
                const char *word, *text;
        } wrong[] = {
                {"--no-such", "--no-such"},
                {"-x", "-x"},
                {"--json=1", "--json=1"},
                {"--root", "--root wants a value"},
                {"--root=", "absolute"},
                {"--root=relative", "absolute"},
                {"--runroot=./x", "absolute"},
                {"--imagestore=x", "absolute"},
                {"--storage-driver=", "no driver \"\""},
                {"--storage-driver=overlai", "\"overlai\""},
                {"--storage-opt=x", "KEY=VALUE"},
                {"--lock-timeout=soon", "seconds"},
                {"--lock-timeout=8000h", "week"},
                {"--progress=often", "--progress wants auto"},
                {"--color=", "--color wants auto"},
                {"argument", "no such command"},
                {"--\x1b[31m", "--\\x1b[31m"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                _cleanup_options_ struct options options = OPTIONS_INIT;
                struct error error = {0};

                assert_int_equal(PARSE(&options, &error, wrong[i].word), -EINVAL);
                assert_non_null(strstr(error.text, wrong[i].text));
        }
}

static void directories_in_options_must_exist(void **state) {
        static const struct {
                struct options options;
                const char *text;
        } wrong[] = {
                {{.root = "/none"}, "--root: /none does not exist"},
                {{.root = "/", .runroot = "/none/x"}, "--runroot: /none/x does not exist"},
                {{.root = "/", .imagestore = "/none"}, "--imagestore: /none does not exist"},
                {{.root = "/dev/null"}, "--root: /dev/null is not a directory"},
                {{.runroot = "/dev/null/x"}, "--runroot: /dev/null/x does not exist"},
        };
        struct options right = {.root = "/", .runroot = "/dev", .imagestore = "/"};
        struct options whole = {.root = "/", .runroot = "/none", .driver = "overlay"};
        struct error error = {0};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                assert_int_equal(options_check_paths(&wrong[i].options, &error), -EINVAL);
                assert_non_null(strstr(error.text, wrong[i].text));
        }
        assert_ok(options_check_paths(&right, &error));
        assert_ok(options_check_paths(&whole, &error));
        assert_ok(options_check_paths(&(struct options){0}, &error));
}

/* A boot begins without it, and a user may confirm it. */
static void the_configured_runroot_need_not_exist(void **state) {
        struct options options = {.runroot = "/none/configured"}, other = {.runroot = "/none/other"};
        char path[] = "/tmp/storage.conf.XXXXXX";
        _cleanup_close_ int fd = mkstemp(path);
        struct error error = {0};

        (void) state;
        assert_true(fd >= 0);
        assert_true(dprintf(fd, "[storage]\nrunroot = \"/none/configured\"\n") > 0);
        assert_int_equal(setenv("CONTAINERS_STORAGE_CONF", path, /* overwrite= */ true), 0);
        assert_ok(options_check_paths(&options, &error));
        assert_int_equal(options_check_paths(&other, &error), -EINVAL);
        assert_int_equal(unsetenv("CONTAINERS_STORAGE_CONF"), 0);
        (void) unlink(path);
}

static void contradictions_are_refused(void **state) {
        _cleanup_options_ struct options a = OPTIONS_INIT, b = OPTIONS_INIT, c = OPTIONS_INIT,
                                         d = OPTIONS_INIT;
        struct error error;

        (void) state;
        assert_int_equal(PARSE(&a, &error, "--quiet", "--json"), -EINVAL);
        assert_int_equal(PARSE(&b, &error, "--quiet", "--verbose"), -EINVAL);
        assert_int_equal(PARSE(&c, &error, "facts", "--json"), -EINVAL);
        assert_int_equal(PARSE(&d, &error, "--quiet", "--summary"), -EINVAL);
}

static void what_tells_of_one_store_does_not_go_with_all_users(void **state) {
        static const char *const alone[] = {
                "--root=/x",
                "--runroot=/x",
                "--imagestore=/x",
                "--storage-driver=vfs",
                "--storage-opt=",
                "--storage-opt=a=b",
                "--deleter=/x",
                "--transient-store",
                "--transient-store=false",
                "facts",
        };
        _cleanup_options_ struct options all = OPTIONS_INIT;
        struct error error;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(alone); i++) {
                _cleanup_options_ struct options options = OPTIONS_INIT;

                assert_int_equal(PARSE(&options, &error, "--all-users", alone[i]), -EINVAL);
                assert_non_null(strstr(error.text, "--all-users"));
        }
        assert_ok(PARSE(&all, &error, "--all-users", "-n", "--json", "--verbose", "--lock-timeout=1",
                        "--no-repair", "--no-delete", "--progress=always"));
        assert_true(all.all_users);
        assert_int_equal(all.root_fd, -1);
}

static void a_file_has_colors_only_with_color_always(void **state) {
        _cleanup_close_ int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
        struct options options = OPTIONS_INIT;

        (void) state;
        assert_true(file >= 0);
        assert_false(color_wanted(&options, file));
        options.color = WHEN_NEVER;
        assert_false(color_wanted(&options, file));
        options.color = WHEN_ALWAYS;
        assert_true(color_wanted(&options, file));
}

static void a_terminal_has_colors_if_the_environment_allows_them(void **state) {
        static const struct {
                const char *no_color, *term;
                bool wanted;
        } cases[] = {
                {NULL, "xterm", true}, {"", "xterm", true}, {"1", "xterm", false},
                {NULL, "dumb", false}, {NULL, NULL, false},
        };
        _cleanup_close_ int terminal = posix_openpt(O_RDWR | O_NOCTTY);
        struct options options = OPTIONS_INIT;

        (void) state;
        if (terminal < 0)
                skip();
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                assert_int_equal(unsetenv("NO_COLOR") + unsetenv("TERM"), 0);
                if (cases[i].no_color)
                        assert_int_equal(setenv("NO_COLOR", cases[i].no_color, /* overwrite= */ true), 0);
                if (cases[i].term)
                        assert_int_equal(setenv("TERM", cases[i].term, /* overwrite= */ true), 0);
                assert_int_equal(color_wanted(&options, terminal), cases[i].wanted);
        }
}

static void durations_are_seconds_or_have_a_unit(void **state) {
        static const struct {
                const char *text;
                int r;
                uint64_t us;
        } cases[] = {
                {"0", 0, 0},
                {"30", 0, 30000000},
                {"0.1", 0, 100000},
                {"1.2345678", 0, 1234567},
                {"250ms", 0, 250000},
                {"7us", 0, 7},
                {"2s", 0, 2000000},
                {"2m", 0, 120000000},
                {"1.5min", 0, 90000000},
                {"1h", 0, 3600000000},
                {"604800", 0, LOCK_TIMEOUT_MAX_US},
                {"604800.1", -ERANGE, 0},
                {"604801", -ERANGE, 0},
                {"18446744073709551616", -ERANGE, 0},
                {"99999999999999999999999999999", -ERANGE, 0},
                {"", -EINVAL, 0},
                {"-1", -EINVAL, 0},
                {"+1", -EINVAL, 0},
                {" 1", -EINVAL, 0},
                {"1 s", -EINVAL, 0},
                {"1.", -EINVAL, 0},
                {".5", -EINVAL, 0},
                {"1d", -EINVAL, 0},
                {"0x10", -EINVAL, 0},
                {"1e3", -EINVAL, 0},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                uint64_t us = 0;

                assert_int_equal(parse_duration(cases[i].text, &us), cases[i].r);
                assert_int_equal(us, cases[i].us);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_given_is_a_collection_with_half_a_minute_for_the_locks),
                cmocka_unit_test(every_option_is_understood),
                cmocka_unit_test(the_short_ones_are_understood),
                cmocka_unit_test(transient_takes_the_spellings_of_go),
                cmocka_unit_test(what_is_no_command_line_is_refused_in_words),
                cmocka_unit_test(directories_in_options_must_exist),
                cmocka_unit_test(the_configured_runroot_need_not_exist),
                cmocka_unit_test(contradictions_are_refused),
                cmocka_unit_test(what_tells_of_one_store_does_not_go_with_all_users),
                cmocka_unit_test(a_file_has_colors_only_with_color_always),
                cmocka_unit_test(a_terminal_has_colors_if_the_environment_allows_them),
                cmocka_unit_test(durations_are_seconds_or_have_a_unit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
