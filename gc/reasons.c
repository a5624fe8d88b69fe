/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one table of what a plan may say about an entry, and of how it is told to people. */

#include <assert.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "reasons.h"

static const struct {
        enum verdict verdict;
        const char *name, *text, *advice;
} table[REASON_COUNT] = {
        [REASON_RECORDED] = {VERDICT_KEEP, "recorded", "a record has this id"},
        [REASON_REFERENCED] = {VERDICT_KEEP, "referenced",
                               "a record, or a volatile file that was set aside, refers to it"},
        [REASON_BELOW_KEPT] = {VERDICT_KEEP, "below-kept", "something that stays lies on it"},
        [REASON_MOUNTED] = {VERDICT_KEEP, "mounted", "mountpoints.json counts it as mounted"},
        [REASON_IN_USE] = {VERDICT_KEEP, "in-use", "a mount or a process uses it"},
        [REASON_RECENT] = {VERDICT_KEEP, "recent", "it changed since the boot, so a container may use it"},
        [REASON_TARGET_KEPT] = {VERDICT_KEEP, "target-kept", "the layer that it leads to stays"},
        [REASON_LOCK_HELD] = {VERDICT_KEEP, "lock-held", "somebody works on it"},
        [REASON_YOUNG] = {VERDICT_KEEP, "young", "it may still be in the making"},
        [REASON_GONE] = {VERDICT_KEEP, "gone", "it is not there any more"},
        [REASON_RECORDS_HEALED] = {VERDICT_KEEP, "records-healed",
                                   "a record file that may have spoken for it was broken until now"},
        [REASON_OTHER_DRIVER] = {VERDICT_KEEP, "other-driver", "it is the store of another driver"},

        [REASON_NO_RECORD] = {VERDICT_REMOVE, "no-record", "no record speaks for it"},
        [REASON_TARGET_REMOVED] = {VERDICT_REMOVE, "target-removed", "the layer that it leads to is removed"},
        [REASON_DANGLING] = {VERDICT_REMOVE, "dangling", "it leads to no layer"},
        [REASON_ABANDONED] = {VERDICT_REMOVE, "abandoned", "nobody works on it any more"},
        [REASON_INTERRUPTED_SAVE] = {VERDICT_REMOVE, "interrupted-save",
                                     "a save was interrupted and left it"},

        [REASON_BROKEN_VOLATILE] = {VERDICT_HEAL, "broken-volatile",
                                    "nobody can read it, and nothing in it had to survive a reboot"},

        [REASON_RECORDS_DAMAGED] = {VERDICT_REFUSE, "records-damaged",
                                    "a record file that might speak for it cannot be read",
                                    "Restore the record file, or move it away if nothing in it matters."},
        [REASON_RECORDS_MISSING] =
                {VERDICT_REFUSE, "records-missing", "a record file that must have existed is not there",
                 "Restore the record file, mount the file system it lies on, or, if all is "
                 "garbage, create it with the content [] and run this again."},
        [REASON_RUNROOT_UNSEEN] = {VERDICT_REFUSE, "runroot-unseen",
                                   "a container is in use whose record is in a runroot that was not read",
                                   "Name the runroot of that container with --runroot, or stop the "
                                   "container, and run this again."},
        [REASON_ELSEWHERE] = {VERDICT_REFUSE, "records-elsewhere",
                              "its records may be in an image store that is not configured",
                              "Configure the image store that this graphroot is used with, or say "
                              "--imagestore; if there is none any more, remove it by hand."},
        [REASON_NAME_NO_ID] = {VERDICT_REFUSE, "name-no-id", "its name is not an id of 64 hexadecimal digits",
                               "Find out who made it, and remove it by hand if nobody needs it."},
        [REASON_WRONG_TYPE] = {VERDICT_REFUSE, "wrong-type", "it is not the type of file that belongs there",
                               "Find out who made it, and remove it by hand if nobody needs it."},
        [REASON_TARGET_UNKNOWN] = {VERDICT_REFUSE, "target-unknown", "it leads to no place of a layer",
                                   "Find out who made it, and remove it by hand if nobody needs it."},
        [REASON_OTHER_MOUNT] = {VERDICT_REFUSE, "other-mount", "it lies on a mount of its own",
                                "Unmount it and run this again."},
        [REASON_MOUNT_BELOW] = {VERDICT_REFUSE, "mount-below", "something is mounted below it",
                                "Unmount what is mounted there and run this again."},
        [REASON_TARGET_REFUSED] = {VERDICT_REFUSE, "target-refused",
                                   "the layer that it belongs to is refused", "See to the layer first."},
        [REASON_BELOW_UNKNOWN] =
                {VERDICT_REFUSE, "below-unknown",
                 "a layer that stays may lie on it, but what that lies on cannot be read",
                 "See to the layer that could not be looked at, or remove by its owner's means "
                 "what refers to it."},
        [REASON_HEALING_OFF] = {VERDICT_REFUSE, "healing-off",
                                "nobody can read it, and --no-heal keeps it as it is",
                                "Run this without --no-heal, or move the file away."},
        [REASON_MAY_BE_ALIVE] = {VERDICT_REFUSE, "may-be-alive",
                                 "nobody can read it, and something that is mounted may be recorded there",
                                 "End the containers that still run, unmount what they leave, and run this "
                                 "again; or reboot."},
        [REASON_MAY_BE_OF_OTHERS] =
                {VERDICT_REFUSE, "may-be-of-others",
                 "nobody can read it, and containers of another graphroot may be recorded there",
                 "End the containers of all stores that share the runroot and move the file away; "
                 "better, give each of them a runroot of its own."},
        [REASON_NOT_EXAMINED] = {VERDICT_REFUSE, "not-examined", "it could not be looked at",
                                 "See to what the error message tells; check the file system."},
        [REASON_CHANGED] = {VERDICT_REFUSE, "changed", "it changed while it was looked at",
                            "Run this again."},
        [REASON_BUSY] = {VERDICT_REFUSE, "busy", "somebody began to use it", "Run this again later."},
        [REASON_DRIVER_UNKNOWN] = {VERDICT_REFUSE, "driver-unknown",
                                   "stores of its driver cannot be collected",
                                   "Remove what is left over there by its driver's own means; with "
                                   "--storage-driver the store of another one is collected."},
};

static const char *const verdict_names[] = {
        [VERDICT_KEEP] = "keep",
        [VERDICT_REMOVE] = "remove",
        [VERDICT_HEAL] = "heal",
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
