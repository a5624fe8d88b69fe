/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "userns/idmap-helper.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "userns/idmap.h"

#define PATH_BYTES 64U /* of a path that contains one number */

/* ------------------------------------------------------------------------------------------ messages */

/* A byte comes first, since an empty message means end of file. */
static int send_text(int fd, const char *text) {
        char message[1 + ERROR_TEXT_MAX];
        int n = snprintf(message, sizeof(message), "+%s", text);

        return send(fd, message, (size_t) n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? negative_errno() : 0;
}

static int receive_text(int fd, char text[static ERROR_TEXT_MAX], int flags) {
        char message[1 + ERROR_TEXT_MAX] = "";
        ssize_t n = recv(fd, message, sizeof(message) - 1, flags);

        if (n <= 0)
                return n < 0 ? negative_errno() : -EPIPE;
        memcpy(text, message + 1, ERROR_TEXT_MAX);
        return 0;
}

int idmap_helper_ask(int root_fd, struct error *reterr) {
        char text[ERROR_TEXT_MAX];
        int r;

        r = send_text(root_fd, "");
        if (r >= 0)
                r = receive_text(root_fd, text, /* flags= */ 0);
        if (r < 0)
                return error_errno(reterr, r, "root's process did not map the ids");
        return text[0] ? error_set(reterr, -EPERM, "%s", text) : 0;
}

/* --------------------------------------------------------------------------------------------- root */

/* Compose the text of uid_map or gid_map, such as "0 1000 1\n1 100000 65536\n". Refuse root's ids, even if
 * the file lists them: newuidmap(1) could not map them either. */
static int compose(const struct idmap *map, const struct id_owner *owner, struct text *text,
                   struct error *reterr) {
        _cleanup_strlist_ struct strlist list = STRLIST_INIT;
        int r;

        r = idmap_read(map, owner->name, owner->uid, &list, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i + 2 < list.n; i += 3) {
                if (strcmp(list.s[i + 1], "0") == 0)
                        return error_set(reterr, -EPERM, "%s contains the id 0, which must not be mapped",
                                         map->ranges);
                if (text_addf(text, "%s %s %s\n", list.s[i], list.s[i + 1], list.s[i + 2]) < 0)
                        return error_errno(reterr, -ENOMEM, "%s", map->ranges);
        }
        return 0;
}

static int write_map(pid_t pid, const char *name, const struct text *text, struct error *reterr) {
        _cleanup_close_ int fd = -1;
        char path[PATH_BYTES];

        (void) snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, text->s, text->len) < 0)
                return error_errno(reterr, negative_errno(), "cannot write %s", path);
        return 0;
}

static int map_ids(pid_t pid, const struct id_owner *owner, struct error *reterr) {
        const struct idmap uids = IDMAP_UIDS(owner->uid), gids = IDMAP_GIDS(owner->gid);
        _cleanup_text_ struct text uid_map = TEXT_INIT, gid_map = TEXT_INIT;
        int r;

        r = compose(&uids, owner, &uid_map, reterr);
        if (r >= 0)
                r = compose(&gids, owner, &gid_map, reterr);
        if (r >= 0)
                r = write_map(pid, "gid_map", &gid_map, reterr);
        return r < 0 ? r : write_map(pid, "uid_map", &uid_map, reterr);
}

void idmap_helper_serve(int user_fd, pid_t pid, const struct id_owner *owner) {
        char text[ERROR_TEXT_MAX];
        struct error error = {0};

        if (receive_text(user_fd, text, MSG_DONTWAIT) < 0)
                return;
        if (map_ids(pid, owner, &error) >= 0)
                error.text[0] = '\0';
        (void) send_text(user_fd, error.text);
}
