/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why an entry is kept, removed, healed or refused. The one table of them is in reasons.c. */

enum verdict {
        VERDICT_KEEP,
        VERDICT_REMOVE,
        VERDICT_REPAIR, /* of a volatile file: an empty one in its place */
        VERDICT_REFUSE, /* looks like garbage, and is not safe to remove or not certain: left, and reported */
};

enum reason {
        /* keep */
        REASON_RECORDED,      /* a record has this id */
        REASON_REFERENCED,    /* a record refers to it */
        REASON_LOWER_OF_KEPT, /* something that stays lies on it */
        REASON_MOUNTED,       /* mountpoints.json counts it as mounted */
        REASON_IN_USE,        /* a mount or a process uses it */
        REASON_RECENT,        /* it changed since the boot: a container of this boot may use it */
        REASON_LAYER_KEPT,    /* the link's layer stays */
        REASON_LOCKED,        /* somebody works on it */
        REASON_YOUNG,         /* may be in the making */
        REASON_VANISHED,      /* it is not there any more */
        REASON_RECORDS_RESET, /* a record file that might have spoken for it is put right in this run */
        REASON_OTHER_DRIVER,  /* of a whole store; of the report */

        /* remove */
        REASON_NO_RECORD,
        REASON_LAYER_REMOVED, /* the link's layer goes */
        REASON_DANGLING,      /* the link leads to no layer */
        REASON_ABANDONED,     /* nobody holds the lock of this temp dir or staging entry */
        REASON_INTERRUPTED_SAVE,

        /* heal */
        REASON_TORN_VOLATILE_FILE, /* a volatile file that says nothing to anybody */

        /* refuse */
        REASON_RECORDS_DAMAGED,     /* a record file that might speak for it cannot be read */
        REASON_RECORDS_MISSING,     /* a record file that must have existed is not there */
        REASON_RUNROOT_UNSEEN,      /* something is in use whose record lies in a runroot that was not read */
        REASON_FOREIGN_IMAGE_STORE, /* its records may be in an image store that is not configured */
        REASON_INVALID_NAME,
        REASON_WRONG_TYPE,   /* a link or file where a directory belongs, or the like */
        REASON_INVALID_LINK, /* a link whose target is of no known form */
        REASON_MOUNT_POINT,
        REASON_MOUNT_BELOW,
        REASON_LAYER_REFUSED,     /* the layer of this link or file is refused */
        REASON_LOWERS_UNREADABLE, /* what stays may lie on it: of some that does, what it lies on cannot be
                                   * read
                                   */
        REASON_REPAIR_DISABLED,   /* a volatile file that would be healed, but for the policy */
        REASON_POSSIBLY_IN_USE,   /* a volatile file, of which something that is mounted may be recorded there
                                   */
        REASON_SHARED_RUNROOT,    /* one that may record containers of another graphroot */
        REASON_UNREADABLE,        /* it could not be looked at */
        REASON_CHANGED,           /* no longer what it was when the plan was made; of the execution */
        REASON_BUSY,              /* a lock or mount came in between; of the execution */
        REASON_UNSUPPORTED_DRIVER, /* of a whole store; of the report */

        REASON_COUNT,
};

enum verdict reason_verdict(enum reason reason);

/* "no-record": for reports and facts. */
const char *reason_name(enum reason reason);

/* A sentence for people. */
const char *reason_text(enum reason reason);

/* What to do about a refusal, a sentence; NULL where there is nothing to do. */
const char *reason_advice(enum reason reason);

/* "keep", "remove", "heal", "refuse" */
const char *verdict_name(enum verdict verdict);
