/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages about images and containers that no repair makes usable again. */

#include "report/losses.h"

#include <assert.h>
#include <string.h>

#include "util/log.h"

/* podman gives images that it built or loaded without a registry this prefix. Nothing can pull them. */
#define LOCAL_PREFIX "localhost/"

/* A name of any other form comes from a hand-made record: the id is safe. The path of a lost object is its
 * name or, if it has none, its id. */
static bool is_plain_word(const char *name) {
        return *name && *name != '-' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@+-") ==
                       strlen(name);
}

static const char *word_of(const struct fact_entry *entry) {
        return is_plain_word(entry->path) ? entry->path : entry->id;
}

/* podman takes a damaged layer that has a record for a good one, so the image is removed before it is pulled.
 */
static int add_image_command(struct text *text, const struct fact_entry *image) {
        const char *word = word_of(image);
        int r;

        r = text_addf(text, "podman rmi --force %s", word);
        if (r < 0 || strcmp(word, image->id) == 0 || strncmp(word, LOCAL_PREFIX, strlen(LOCAL_PREFIX)) == 0)
                return r;
        return text_addf(text, " && podman pull %s", word);
}

int losses_add_command(struct text *text, const struct subject *subject) {
        assert(text && subject);

        if (!subject->entry->id || !is_plain_word(subject->entry->id))
                return 0;
        if (subject->reason == REASON_IMAGE_LOST)
                return add_image_command(text, subject->entry);
        if (subject->reason == REASON_CONTAINER_LOST)
                return text_addf(text, "podman rm --force %s", word_of(subject->entry));
        return 0;
}

void losses_print(const struct outcome *outcome) {
        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];
                _cleanup_text_ struct text command = TEXT_INIT;

                if (subject->reason != REASON_IMAGE_LOST && subject->reason != REASON_CONTAINER_LOST)
                        continue;
                (void) losses_add_command(&command, subject);
                if (subject->reason == REASON_IMAGE_LOST)
                        log_error(
                                "the image %s cannot be used: %s. This command removes the image and its "
                                "containers, and pulls an image of a registry again; build or load any other "
                                "image again: %s",
                                subject->entry->path, reason_text(subject->reason), command.s ?: "");
                else
                        log_error(
                                "the container %s cannot be used: %s. Copy the files that you need from its "
                                "layer. This command removes the container: %s",
                                subject->entry->path, reason_text(subject->reason), command.s ?: "");
        }
}
