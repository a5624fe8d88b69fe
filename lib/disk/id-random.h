/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/id-encode.h"

/* New unique ids, in the form that the Go library creates. Negative errno if there are no random bytes. */

/* For a layer, image or container. */
int id_make(char ret[static ID_LENGTH + 1]);

/* For the short link of an overlay layer. */
int link_id_make(char ret[static LINK_ID_LENGTH + 1]);
