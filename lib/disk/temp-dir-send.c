/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending of temp dirs to another process on the same machine. Both are from one package, so they have the
 * same version. */

#include "disk/temp-dir-send.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "disk/lock.h"
#include "format/name.h"

#define MAGIC "cstorage temp dir 1" /* increase the number when struct message changes */

#define NUMBER_BYTES 64U /* as in temp-dir.c: no temp dir has a longer name */

enum { FD_LOCK, FD_ROOT, FD_DIR, FD_PARENT, FDS };

struct message {
        char magic[sizeof(MAGIC)];
        uint8_t has[FDS]; /* the descriptors that follow, in this order */
        char number[NUMBER_BYTES];
        char root[NAME_MAX + 1]; /* if FD_PARENT is sent */
};

struct packet {
        struct message message;
        struct iovec piece;
        union {
                struct cmsghdr align;
                char bytes[CMSG_SPACE(FDS * sizeof(int))];
        } control;
        struct msghdr header;
};

static void packet_init(struct packet *packet) {
        *packet = (struct packet){0};
        packet->piece = (struct iovec){&packet->message, sizeof(packet->message)};
        packet->header.msg_iov = &packet->piece;
        packet->header.msg_iovlen = 1;
        packet->header.msg_control = packet->control.bytes;
        packet->header.msg_controllen = sizeof(packet->control.bytes);
}

/* ---------------------------------------------------------------------------------------- sending */

static void put_fds(struct packet *packet, const int *fds, size_t n) {
        struct cmsghdr *cmsg;

        packet->header.msg_controllen = (socklen_t) CMSG_SPACE(n * sizeof(int));
        cmsg = CMSG_FIRSTHDR(&packet->header);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = (socklen_t) CMSG_LEN(n * sizeof(int));
        memcpy(CMSG_DATA(cmsg), fds, n * sizeof(int));
}

static int fill(struct packet *packet, const struct temp_dir *temp) {
        const int all[FDS] = {
                [FD_LOCK] = temp->lock_fd,
                [FD_ROOT] = temp->root_fd,
                [FD_DIR] = temp->dir_fd,
                [FD_PARENT] = temp->made_root ? temp->parent_fd : -1,
        };
        struct message *message = &packet->message;
        int fds[FDS];
        size_t n = 0;

        packet_init(packet);
        memcpy(message->magic, MAGIC, sizeof(MAGIC));
        if (strlen(temp->number) >= sizeof(message->number) ||
            (temp->made_root && strlen(temp->root) >= sizeof(message->root)))
                return -ENAMETOOLONG;
        memcpy(message->number, temp->number, strlen(temp->number));
        if (temp->made_root)
                memcpy(message->root, temp->root, strlen(temp->root));

        for (size_t i = 0; i < FDS; i++)
                if (all[i] >= 0) {
                        message->has[i] = 1;
                        fds[n++] = all[i];
                }
        put_fds(packet, fds, n);
        return 0;
}

int temp_dir_send(struct temp_dir *temp, int socket_fd) {
        struct packet packet;
        ssize_t n;
        int r;

        r = fill(&packet, temp);
        if (r < 0)
                return r;
        do
                n = sendmsg(socket_fd, &packet.header, MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return negative_errno();

        temp_dir_done(temp);
        return 0;
}

/* -------------------------------------------------------------------------------------- receiving */

/* Take all received descriptors, of any kind. The kernel has closed those that did not fit (MSG_CTRUNC). */
static size_t take_fds(struct packet *packet, int fds[static FDS]) {
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&packet->header);
        size_t n;

        if (!cmsg || cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
                return 0;
        n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(cmsg), n * sizeof(int));
        return n;
}

/* Assign the descriptors to the temp dir. Those that have no use are closed. */
static int assign(struct temp_dir *temp, const struct message *message, const int *fds, size_t n) {
        int *const places[FDS] = {
                [FD_LOCK] = &temp->lock_fd,
                [FD_ROOT] = &temp->root_fd,
                [FD_DIR] = &temp->dir_fd,
                [FD_PARENT] = &temp->parent_fd,
        };
        size_t used = 0;

        for (size_t i = 0; i < FDS; i++)
                if (message->has[i] && used < n)
                        *places[i] = fds[used++];
        for (size_t i = used; i < n; i++)
                close_fd(fds[i]);
        return temp->lock_fd >= 0 && temp->root_fd >= 0 && used == n ? 0 : -EBADMSG;
}

static bool is_text(const char *s, size_t size) {
        return memchr(s, '\0', size);
}

static int take_names(struct temp_dir *temp, const struct message *message) {
        if (!is_text(message->number, sizeof(message->number)) || !name_number_after(message->number, ""))
                return -EBADMSG;
        temp->number = strdup(message->number);
        if (!temp->number)
                return -ENOMEM;

        temp->made_root = temp->parent_fd >= 0;
        if (!temp->made_root)
                return 0;
        if (!is_text(message->root, sizeof(message->root)) || !name_is_component(message->root))
                return -EBADMSG;
        temp->root = strdup(message->root);
        return temp->root ? 0 : -ENOMEM;
}

static int unpack(struct temp_dir *temp, struct packet *packet, ssize_t size) {
        int fds[FDS], r;
        size_t n;

        n = take_fds(packet, fds);
        r = assign(temp, &packet->message, fds, n);
        if (r < 0)
                return r;
        if (size != (ssize_t) sizeof(packet->message) ||
            packet->header.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
            memcmp(packet->message.magic, MAGIC, sizeof(MAGIC)) != 0)
                return -EBADMSG;

        r = take_names(temp, &packet->message);
        return r < 0 ? r : temp_dir_check(temp);
}

int temp_dir_receive(struct temp_dir *ret, int socket_fd) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        struct packet packet;
        ssize_t n;
        int r;

        packet_init(&packet);
        do
                n = recvmsg(socket_fd, &packet.header, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n < 0 ? negative_errno() : 0;

        r = unpack(&temp, &packet, n);
        if (r < 0)
                return r;
        *ret = temp;
        temp = TEMP_DIR_INIT;
        return 1;
}
