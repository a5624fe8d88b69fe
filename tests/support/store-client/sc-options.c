/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The command line in the format of upstream's mflag: -x and --name, a value in the next word or after "=",
 * no options after the first argument. One table has the options of all verbs. A letter may select several
 * options, of which a verb has at most one.
 */

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "sc.h"

enum kind {
        KIND_SWITCH,  /* bool */
        KIND_TEXT,    /* const char * */
        KIND_LIST,    /* struct strlist */
        KIND_FOREIGN, /* not served by the library; its value is ignored */
};

struct option {
        const char *names[6]; /* options with the same handling share an element */
        char letter;
        enum kind kind;
        size_t offset;
};

#define AT(member) offsetof(struct settings, member)

static const struct option options[_OPT_MAX] = {
        [OPT_GRAPH] = {{"graph"}, 'g', KIND_TEXT, AT(graph)},
        [OPT_RUN] = {{"run"}, 'R', KIND_TEXT, AT(run)},
        [OPT_IMAGE_STORE] = {{"image-store"}, 0, KIND_TEXT, AT(image_store)},
        [OPT_TRANSIENT] = {{"transient-store"}, 0, KIND_SWITCH, AT(transient)},
        [OPT_DRIVER] = {{"storage-driver"}, 's', KIND_TEXT, AT(driver)},
        [OPT_STORAGE_OPT] = {{"storage-opt"}, 0, KIND_LIST, AT(storage_opts)},
        [OPT_DEBUG] = {{"debug"}, 'D', KIND_SWITCH, AT(debug)},
        [OPT_UNSHARE] = {{"unshare"}, 'U', KIND_FOREIGN, 0},
        [OPT_JSON] = {{"json"}, 'j', KIND_SWITCH, AT(json)},
        [OPT_QUIET] = {{"quiet"}, 'q', KIND_SWITCH, AT(quiet)},
        [OPT_FORCE] = {{"force"}, 'f', KIND_SWITCH, AT(force)},
        [OPT_FILE] = {{"file"}, 'f', KIND_TEXT, AT(file)},
        [OPT_ID] = {{"id"}, 'i', KIND_TEXT, AT(id)},
        [OPT_NAME] = {{"name"}, 'n', KIND_LIST, AT(names)},
        [OPT_LABEL] = {{"label"}, 'l', KIND_TEXT, AT(label)},
        [OPT_READONLY] = {{"readonly"}, 'r', KIND_SWITCH, AT(read_only)},
        [OPT_METADATA] = {{"metadata"}, 'm', KIND_TEXT, AT(metadata)},
        [OPT_METADATA_FILE] = {{"metadata-file"}, 'f', KIND_TEXT, AT(metadata_file)},
        [OPT_DIGEST] = {{"digest"}, 'd', KIND_TEXT, AT(digest)},
        [OPT_VOLATILE] = {{"volatile"}, 0, KIND_SWITCH, AT(is_volatile)},
        [OPT_QUICK] = {{"quick"}, 'q', KIND_SWITCH, AT(quick)},
        [OPT_TREE] = {{"tree"}, 't', KIND_FOREIGN, 0},
        [OPT_TEST] = {{"test"}, 't', KIND_SWITCH, AT(test)},
        [OPT_READ_ONLY] = {{"read-only", "ro"}, 'r', KIND_SWITCH, AT(read_only)},
        [OPT_MOUNT_OPT] = {{"opt"}, 'o', KIND_TEXT, AT(mount_opt)},
        [OPT_IS_LAYER] = {{"layer"}, 'l', KIND_SWITCH, AT(is_layer)},
        [OPT_IS_IMAGE] = {{"image"}, 'i', KIND_SWITCH, AT(is_image)},
        [OPT_IS_CONTAINER] = {{"container"}, 'c', KIND_SWITCH, AT(is_container)},
        [OPT_ID_MAPS] = {{"hostuidmap", "hostgidmap", "uidmap", "gidmap", "subuidmap", "subgidmap"},
                         0,
                         KIND_FOREIGN,
                         0},
};

#define OPTS_OF_ALL                                                                                          \
        (OPT(GRAPH) | OPT(RUN) | OPT(IMAGE_STORE) | OPT(TRANSIENT) | OPT(DRIVER) | OPT(STORAGE_OPT) |        \
         OPT(DEBUG) | OPT(UNSHARE))

static bool has_name(const struct option *option, const char *name, size_t n) {
        for (size_t i = 0; i < ARRAY_SIZE(option->names) && option->names[i]; i++)
                if (strncmp(option->names[i], name, n) == 0 && option->names[i][n] == '\0')
                        return true;
        return false;
}

/* The option that a word names, up to its end or a "="; NULL. */
static const struct option *option_find(const char *word, uint64_t allowed) {
        bool is_long = word[1] == '-';
        const char *name = word + 1 + is_long;
        size_t n = strcspn(name, "=");

        for (size_t i = 0; i < _OPT_MAX; i++) {
                if (!(allowed & (1ULL << i)))
                        continue;
                if (is_long ? has_name(&options[i], name, n) : n == 1 && options[i].letter == *name)
                        return &options[i];
        }
        return NULL;
}

static int set_switch(bool *ret, const char *value) {
        if (!value || strcmp(value, "true") == 0)
                *ret = true;
        else if (strcmp(value, "false") == 0)
                *ret = false;
        else
                return -EINVAL;
        return 0;
}

static int set(struct settings *settings, const struct option *option, const char *value) {
        void *member = (char *) settings + option->offset;

        switch (option->kind) {
        case KIND_SWITCH:
                return set_switch(member, value);
        case KIND_TEXT:
                *(const char **) member = value;
                return 0;
        case KIND_LIST:
                return strlist_add(member, value);
        case KIND_FOREIGN:
                return -EOPNOTSUPP;
        }
        return -EINVAL;
}

/* Parse the option at argv[*i] with its value, and advance *i. */
static int take_option(struct client *client, char **argv, int *i, uint64_t allowed) {
        const char *word = argv[(*i)++], *value = strchr(word, '=');
        const struct option *option = option_find(word, allowed);
        int r;

        if (!option)
                return hand_over(client, "an option that is not served");
        if (value)
                value++;
        else if (option->kind == KIND_TEXT || option->kind == KIND_LIST)
                value = argv[(*i)++];
        /* mflag removes a pair of quotes */
        if ((!value && (option->kind == KIND_TEXT || option->kind == KIND_LIST)) ||
            (value && (*value == '"' || *value == '\'')))
                return hand_over(client, "a value in quotes, or none");

        r = set(&client->settings, option, value);
        if (r < 0)
                return hand_over(client, r == -EOPNOTSUPP ? option->names[0] : "a value that is none");
        return 0;
}

/* Parse the options from argv[i] on; returns the index after them. */
static int take_options(struct client *client, char **argv, int i, uint64_t allowed) {
        while (argv[i] && argv[i][0] == '-' && argv[i][1] != '\0') {
                if (strcmp(argv[i], "--") == 0)
                        return i + 1;
                if (take_option(client, argv, &i, allowed) < 0)
                        return HAND_OVER;
        }
        return i;
}

int list_end(struct strlist *list) {
        if (ARRAY_RESERVE(list->s, list->cap, list->n + 1) < 0)
                return -ENOMEM;
        list->s[list->n] = NULL;
        return 0;
}

int options_parse(struct client *client, char **argv) {
        int i = take_options(client, argv, 1, OPTS_OF_ALL);

        if (i < 0)
                return HAND_OVER;
        client->called = argv[i];
        client->verb = argv[i] ? verb_find(argv[i]) : NULL;
        if (!client->verb)
                return hand_over(client, "not served");

        i = take_options(client, argv, i + 1, OPTS_OF_ALL | client->verb->options);
        if (i < 0)
                return HAND_OVER;
        client->args = argv + i;
        for (; argv[i]; i++)
                client->n_args++;
        if (client->n_args < client->verb->min_args ||
            (client->verb->max_args >= 0 && client->n_args > client->verb->max_args))
                return hand_over(client, "too many arguments, or too few");
        return list_end(&client->settings.names) < 0 ? log_error(client, "no memory") : 0;
}
