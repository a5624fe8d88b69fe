/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reasons why an entry is kept, removed, repaired or refused. Their table is in reasons.c. */

enum verdict {
        VERDICT_KEEP,
        VERDICT_REMOVE,
        VERDICT_REPAIR, /* replace a volatile file with an empty one */
        VERDICT_REFUSE, /* looks like an orphan, but is not safe to remove: keep it and report it */
};

enum reason {
        /* keep */
        REASON_RECORDED,      /* a record has this id */
        REASON_REFERENCED,    /* a record refers to it */
        REASON_LOWER_OF_KEPT, /* it is a lower of a kept layer */
        REASON_MOUNTED,       /* it has a mount count in mountpoints.json */
        REASON_IN_USE,        /* a mount or a process uses it */
        REASON_RECENT,        /* it changed since the boot: a container of this boot may use it */
        REASON_LAYER_KEPT,    /* the link's layer is kept */
        REASON_LOCKED,        /* a process holds its lock */
        REASON_BEING_CREATED, /* a process may be creating it */
        REASON_VANISHED,      /* it no longer exists */
        REASON_RECORDS_RESET, /* a record file that might have listed it is reset in this run */
        REASON_OTHER_DRIVER,  /* of a whole store; only in reports */
        REASON_NOT_COLLECTED, /* the policy allows repairs only */

        /* remove */
        REASON_NO_RECORD,
        REASON_LAYER_REMOVED, /* the link's layer is removed */
        REASON_DANGLING,      /* the link's target does not exist */
        REASON_ABANDONED,     /* the lock of this temp dir or staging entry is not held */
        REASON_INTERRUPTED_SAVE,
        REASON_INCOMPLETE, /* a recorded layer: a program did not finish its creation or deletion */

        /* repair */
        REASON_TORN_VOLATILE_FILE, /* a volatile file that no Go process can read */
        REASON_LINKS_DAMAGED,      /* the directory of short links */
        REASON_LINK_DAMAGED,       /* the short link of a layer, or the file with its name */
        REASON_LOWER_DAMAGED,      /* a file with the lowers of a layer */
        REASON_PART_MISSING,       /* an empty directory of a layer */
        REASON_MERGED_NOT_EMPTY,   /* files in a mount point that is not mounted */

        /* refuse */
        REASON_RECORDS_DAMAGED, /* a record file that might list it cannot be read */
        REASON_RECORDS_MISSING, /* a record file that must have existed is missing */
        /* an object is in use, and its record is in a runroot that was not read */
        REASON_RUNROOT_UNSEEN,
        REASON_FOREIGN_IMAGE_STORE, /* its records may be in an image store that is not configured */
        REASON_INVALID_NAME,
        REASON_WRONG_TYPE,   /* for example, a link or a file instead of a directory */
        REASON_INVALID_LINK, /* the form of the link's target is unknown */
        REASON_MOUNT_POINT,
        REASON_MOUNT_BELOW,
        REASON_LAYER_REFUSED,      /* the layer of this link or file is refused */
        REASON_LOWERS_UNREADABLE,  /* it may be a lower of a kept layer whose lowers cannot be read */
        REASON_REPAIR_DISABLED,    /* a torn volatile file, but the policy forbids repairs */
        REASON_POSSIBLY_IN_USE,    /* a volatile file that may have listed an object that is mounted */
        REASON_SHARED_RUNROOT,     /* a volatile file that may list containers of another graphroot */
        REASON_UNREADABLE,         /* it could not be examined */
        REASON_CHANGED,            /* it changed after the plan was made; only in results */
        REASON_BUSY,               /* locked or mounted after the plan was made; only in results */
        REASON_UNSUPPORTED_DRIVER, /* of a whole store; only in reports */
        REASON_LAYER_MISSING,      /* a recorded layer that has no directory */
        REASON_LAYER_DAMAGED,      /* a recorded layer that cannot be repaired */
        REASON_LAYER_INCOMPLETE,   /* a recorded layer that other records refer to */
        REASON_LAYER_UNRECORDED,   /* a layer without a record that another object needs */
        REASON_CONTENT_DAMAGED,    /* a file of a recorded layer that is not as it was pulled */
        REASON_IMAGE_LOST,         /* an image with such a layer */
        REASON_CONTAINER_LOST,     /* a container with such a layer */

        REASON_COUNT,
};

enum verdict reason_verdict(enum reason reason);

/* "no-record": for reports and facts. */
const char *reason_name(enum reason reason);

/* A sentence for reports. */
const char *reason_text(enum reason reason);

/* A sentence that advises the user what to do about a refusal; NULL if there is none. */
const char *reason_advice(enum reason reason);
