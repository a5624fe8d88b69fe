/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all reasons: verdict, name, and text for reports. */

#include <assert.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "plan/reasons.h"

static const struct {
        enum verdict verdict;
        const char *name, *text, *advice;
} table[REASON_COUNT] = {
        [REASON_RECORDED] = {VERDICT_KEEP, "recorded", "a record has this id"},
        [REASON_REFERENCED] = {VERDICT_KEEP, "referenced",
                               "a record, or a volatile file that was set aside, refers to it"},
        [REASON_LOWER_OF_KEPT] = {VERDICT_KEEP, "lower-of-kept", "it is a lower of a layer that is kept"},
        [REASON_MOUNTED] = {VERDICT_KEEP, "mounted", "mountpoints.json lists it as mounted"},
        [REASON_IN_USE] = {VERDICT_KEEP, "in-use", "a mount or a process uses it"},
        [REASON_RECENT] = {VERDICT_KEEP, "recent", "it changed since the boot, so a container may use it"},
        [REASON_LAYER_KEPT] = {VERDICT_KEEP, "layer-kept", "the layer that it leads to is kept"},
        [REASON_LOCKED] = {VERDICT_KEEP, "locked", "another process holds its lock"},
        [REASON_BEING_CREATED] = {VERDICT_KEEP, "being-created",
                                  "it changed recently, so another process may be creating it"},
        [REASON_VANISHED] = {VERDICT_KEEP, "vanished", "another process removed it"},
        [REASON_RECORDS_RESET] = {VERDICT_KEEP, "records-reset",
                                  "a record file that may have listed it was torn and is reset in this run"},
        [REASON_OTHER_DRIVER] = {VERDICT_KEEP, "other-driver", "it is the store of another driver"},
        [REASON_NOT_COLLECTED] = {VERDICT_KEEP, "not-collected", "this run repairs and does not remove"},

        [REASON_NO_RECORD] = {VERDICT_REMOVE, "no-record", "no record refers to it"},
        [REASON_LAYER_REMOVED] = {VERDICT_REMOVE, "layer-removed", "the layer that it leads to is removed"},
        [REASON_DANGLING] = {VERDICT_REMOVE, "dangling", "it leads to no layer"},
        [REASON_ABANDONED] = {VERDICT_REMOVE, "abandoned", "no process holds its lock"},
        [REASON_INTERRUPTED_SAVE] = {VERDICT_REMOVE, "interrupted-save", "an interrupted save left it"},

        [REASON_INCOMPLETE] = {VERDICT_REMOVE, "incomplete",
                               "its record says that a program did not finish its creation or deletion"},

        [REASON_TORN_VOLATILE_FILE] =
                {VERDICT_REPAIR, "torn-volatile-file",
                 "it is torn, so no program can read it; it lists only containers that end with a reboot"},

        [REASON_LINKS_DAMAGED] = {VERDICT_REPAIR, "links-damaged",
                                  "the directory with the short links is missing or no directory"},
        [REASON_LINK_DAMAGED] = {VERDICT_REPAIR, "link-damaged", "its short link is missing or damaged"},
        [REASON_LOWER_DAMAGED] = {VERDICT_REPAIR, "lower-damaged",
                                  "the file with its lowers is missing or damaged"},
        [REASON_PART_MISSING] = {VERDICT_REPAIR, "part-missing",
                                 "an empty directory that it must have is missing"},
        [REASON_MERGED_NOT_EMPTY] = {VERDICT_REPAIR, "merged-not-empty",
                                     "its mount point has files, although nothing is mounted there"},

        [REASON_RECORDS_DAMAGED] = {VERDICT_REFUSE, "records-damaged",
                                    "a record file that may list it cannot be read",
                                    "Follow the message about that file, and run this again."},
        [REASON_RECORDS_MISSING] = {VERDICT_REFUSE, "records-missing",
                                    "a record file that may have listed it is missing",
                                    "Follow the message about that file, and run this again."},
        [REASON_RUNROOT_UNSEEN] =
                {VERDICT_REFUSE, "runroot-unseen",
                 "a layer or container without a record is in use, and this may belong to it",
                 "If podman was started with another runroot, select it with --runroot. If that runroot was "
                 "deleted, save the data of the process, and stop the process or reboot. If a file system is "
                 "mounted on the layer or container, unmount it. Then run this again."},
        [REASON_FOREIGN_IMAGE_STORE] =
                {VERDICT_REFUSE, "foreign-image-store", "an image store that is not configured may list it",
                 "Configure the image store that this graphroot is used with (imagestore or "
                 "additionalimagestores in storage.conf). If it does not exist any more, remove these "
                 "directories by hand."},
        [REASON_INVALID_NAME] =
                {VERDICT_REFUSE, "invalid-name", "its name is not an id of 64 hexadecimal digits",
                 "No container engine creates such names. Move it out of the store if you need it, or "
                 "remove it by hand."},
        [REASON_WRONG_TYPE] =
                {VERDICT_REFUSE, "wrong-type", "it has the wrong type of file",
                 "No container engine creates this file. If no program needs it, remove it by hand."},
        [REASON_INVALID_LINK] = {VERDICT_REFUSE, "invalid-link", "it is a link that leads to no layer",
                                 "No container engine creates such links. If no program needs it, remove it "
                                 "by hand."},
        [REASON_MOUNT_POINT] = {VERDICT_REFUSE, "mount-point", "a file system is mounted on it",
                                "Unmount it and run this again."},
        [REASON_MOUNT_BELOW] = {VERDICT_REFUSE, "mount-below", "a file system is mounted below it",
                                "Unmount that file system and run this again."},
        [REASON_LAYER_REFUSED] = {VERDICT_REFUSE, "layer-refused", "the layer that it belongs to is refused",
                                  "Follow the advice for the layer first; both are then removed together."},
        [REASON_LOWERS_UNREADABLE] =
                {VERDICT_REFUSE, "lowers-unreadable",
                 "it may be a lower of a layer that is kept, whose list of lowers cannot be read",
                 "Restore the directories and the files \"lower\" of the layers that are kept, or "
                 "remove the containers and images that use these layers with podman."},
        [REASON_REPAIR_DISABLED] = {VERDICT_REFUSE, "repair-disabled",
                                    "it is damaged, and --no-repair prevents its repair",
                                    "Run this without --no-repair."},
        [REASON_POSSIBLY_IN_USE] =
                {VERDICT_REFUSE, "possibly-in-use",
                 "no program can read it, and it may list a container that is mounted",
                 "Stop the running containers, unmount the remaining file systems, and run this again; or "
                 "reboot."},
        [REASON_SHARED_RUNROOT] =
                {VERDICT_REFUSE, "shared-runroot",
                 "no program can read it, and it may list containers of another graphroot",
                 "Stop the containers of all stores that share this runroot and remove the file. Configure a "
                 "separate runroot for each of these stores."},
        [REASON_UNREADABLE] = {VERDICT_REFUSE, "unreadable",
                               "it, or a directory that it depends on, could not be read",
                               "Remove the cause, which is printed with the path, and run this again."},
        [REASON_CHANGED] = {VERDICT_REFUSE, "changed", "another process changed it during the run",
                            "Run this again."},
        [REASON_BUSY] = {VERDICT_REFUSE, "busy", "another process began to use it during the run",
                         "Run this again later."},
        [REASON_UNSUPPORTED_DRIVER] =
                {VERDICT_REFUSE, "unsupported-driver", "its driver is not supported",
                 "Remove its orphans with podman. To collect the store of another driver, select that driver "
                 "with --storage-driver."},
        [REASON_LAYER_MISSING] = {VERDICT_REFUSE, "layer-missing",
                                  "it has a record, but its directory does not exist",
                                  "Mount the file system that has it, or restore it from a backup. If it is "
                                  "lost, replace the images and containers that are named lost."},
        [REASON_LAYER_DAMAGED] = {VERDICT_REFUSE, "layer-damaged",
                                  "a part of it is damaged and cannot be made anew",
                                  "Replace the images and containers that are named lost."},
        [REASON_LAYER_INCOMPLETE] = {VERDICT_REFUSE, "layer-incomplete",
                                     "it is incomplete, and other records refer to it",
                                     "Replace the images and containers that are named lost."},
        [REASON_LAYER_UNRECORDED] = {VERDICT_REFUSE, "layer-unrecorded",
                                     "an image, a container or a layer needs it, and it has no record",
                                     "Replace the images and containers that are named lost."},
        [REASON_CONTENT_DAMAGED] = {VERDICT_REFUSE, "content-damaged",
                                    "this file of a layer is not as it was pulled",
                                    "Replace the images and containers that are named lost."},
        [REASON_IMAGE_LOST] = {VERDICT_REFUSE, "image-lost", "a layer of it is lost",
                               "Run the command that the message about it contains."},
        [REASON_CONTAINER_LOST] = {VERDICT_REFUSE, "container-lost", "a layer of it is lost",
                                   "Run the command that the message about it contains."},
};

enum verdict reason_verdict(enum reason reason) {
        assert(reason < REASON_COUNT);
        return table[reason].verdict;
}

const char *reason_name(enum reason reason) {
        assert(reason < REASON_COUNT);
        return table[reason].name;
}

const char *reason_text(enum reason reason) {
        assert(reason < REASON_COUNT);
        return table[reason].text;
}

const char *reason_advice(enum reason reason) {
        assert(reason < REASON_COUNT);
        return table[reason].advice;
}
