/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/id-encode.h"

/* Ids that nothing else has, as the Go side makes them. Negative errno where there is no randomness. */

/* Of a layer, image or container. */
int id_make(char ret[static ID_LENGTH + 1]);

/* The short name of an overlay layer. */
int link_id_make(char ret[static LINK_ID_LENGTH + 1]);
