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
        [REASON_MOUNTED] = {VERDICT_KEEP, "mounted", "mountpoints.json counts it as mounted"},
        [REASON_IN_USE] = {VERDICT_KEEP, "in-use", "a mount or a process uses it"},
        [REASON_RECENT] = {VERDICT_KEEP, "recent", "it changed since the boot, so a container may use it"},
        [REASON_LAYER_KEPT] = {VERDICT_KEEP, "layer-kept", "the layer that it leads to is kept"},
        [REASON_LOCKED] = {VERDICT_KEEP, "locked", "another process holds its lock"},
        [REASON_BEING_CREATED] = {VERDICT_KEEP, "being-created",
                                  "it is so recent that it may still be in the making"},
        [REASON_VANISHED] = {VERDICT_KEEP, "vanished", "another process removed it"},
        [REASON_RECORDS_RESET] = {VERDICT_KEEP, "records-reset",
                                  "a record file that may have listed it was torn and is reset in this run"},
        [REASON_OTHER_DRIVER] = {VERDICT_KEEP, "other-driver", "it is the store of another driver"},

        [REASON_NO_RECORD] = {VERDICT_REMOVE, "no-record", "no record refers to it"},
        [REASON_LAYER_REMOVED] = {VERDICT_REMOVE, "layer-removed", "the layer that it leads to is removed"},
        [REASON_DANGLING] = {VERDICT_REMOVE, "dangling", "it leads to no layer"},
        [REASON_ABANDONED] = {VERDICT_REMOVE, "abandoned", "no process holds its lock"},
        [REASON_INTERRUPTED_SAVE] = {VERDICT_REMOVE, "interrupted-save",
                                     "a save was interrupted and left it"},

        [REASON_TORN_VOLATILE_FILE] =
                {VERDICT_REPAIR, "torn-volatile-file",
                 "it is torn, so no program can read it; it lists only containers that end with a reboot"},

        [REASON_RECORDS_DAMAGED] = {VERDICT_REFUSE, "records-damaged",
                                    "a record file that may list it cannot be read",
                                    "Do what the message about that file says, and run this again."},
        [REASON_RECORDS_MISSING] = {VERDICT_REFUSE, "records-missing",
                                    "a record file that may have listed it is missing",
                                    "Do what the message about that file says, and run this again."},
        [REASON_RUNROOT_UNSEEN] =
                {VERDICT_REFUSE, "runroot-unseen",
                 "a process or a mount uses the store, no record explains it, and this may belong to it",
                 "If podman was started with another runroot, name it with --runroot. If that runroot is "
                 "gone, "
                 "save what the process needs, then end it or reboot, and run this again."},
        [REASON_FOREIGN_IMAGE_STORE] =
                {VERDICT_REFUSE, "foreign-image-store", "an image store that is not configured may list it",
                 "Configure the image store that this graphroot is used with (imagestore or "
                 "additionalimagestores in storage.conf); if there is none any more, remove "
                 "these directories by hand."},
        [REASON_INVALID_NAME] =
                {VERDICT_REFUSE, "invalid-name", "its name is not an id of 64 hexadecimal digits",
                 "No container program gives such names: move it out of the store if you need it, "
                 "or remove it by hand."},
        [REASON_WRONG_TYPE] =
                {VERDICT_REFUSE, "wrong-type", "it is not the type of file that belongs there",
                 "No container program puts it there: if nothing of yours needs it, remove it by "
                 "hand."},
        [REASON_INVALID_LINK] = {VERDICT_REFUSE, "invalid-link", "it is a link that leads to no layer",
                                 "No container program makes such links: if nothing of yours needs it, "
                                 "remove it by hand."},
        [REASON_MOUNT_POINT] = {VERDICT_REFUSE, "mount-point", "a file system is mounted on it",
                                "Unmount it and run this again."},
        [REASON_MOUNT_BELOW] = {VERDICT_REFUSE, "mount-below", "a file system is mounted below it",
                                "Unmount what is mounted there and run this again."},
        [REASON_LAYER_REFUSED] = {VERDICT_REFUSE, "layer-refused", "the layer that it belongs to is refused",
                                  "It is removed together with its layer: settle that refusal first."},
        [REASON_LOWERS_UNREADABLE] =
                {VERDICT_REFUSE, "lowers-unreadable",
                 "a layer that is kept may lie on it, and the files that say so cannot be read",
                 "Restore the directories and the files \"lower\" of the layers that are kept, or "
                 "remove with podman what uses those layers."},
        [REASON_REPAIR_DISABLED] = {VERDICT_REFUSE, "repair-disabled",
                                    "no program can read it, and --no-repair keeps it as it is",
                                    "Run this without --no-repair, or remove the file."},
        [REASON_POSSIBLY_IN_USE] =
                {VERDICT_REFUSE, "possibly-in-use",
                 "no program can read it, and a container that is mounted may be listed in it",
                 "Stop the containers that still run, unmount what they leave, and run this "
                 "again; or reboot."},
        [REASON_SHARED_RUNROOT] =
                {VERDICT_REFUSE, "shared-runroot",
                 "no program can read it, and containers of another graphroot may be listed in it",
                 "Stop the containers of all stores that share this runroot and remove the file; better, "
                 "give each of them a runroot of its own."},
        [REASON_UNREADABLE] = {VERDICT_REFUSE, "unreadable",
                               "it, or a directory that it depends on, could not be read",
                               "Remove the cause, which is printed with the path, and run this again."},
        [REASON_CHANGED] = {VERDICT_REFUSE, "changed", "another process changed it during the run",
                            "Run this again."},
        [REASON_BUSY] = {VERDICT_REFUSE, "busy", "another process began to use it during the run",
                         "Run this again later."},
        [REASON_UNSUPPORTED_DRIVER] =
                {VERDICT_REFUSE, "unsupported-driver", "stores of its driver cannot be collected",
                 "Remove what is left in it with podman; to collect the store of another "
                 "driver, name that with --storage-driver."},
};

static const char *const verdict_names[] = {
        [VERDICT_KEEP] = "keep",
        [VERDICT_REMOVE] = "remove",
        [VERDICT_REPAIR] = "repair",
        [VERDICT_REFUSE] = "refuse",
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

const char *verdict_name(enum verdict verdict) {
        assert(verdict < ARRAY_SIZE(verdict_names));
        return verdict_names[verdict];
}
