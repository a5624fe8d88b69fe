/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Append the command that replaces a lost image or container: a shell command with no word that the shell
 * interprets. Nothing for other subjects. */
int losses_add_command(struct text *text, const struct subject *subject);

/* Print one message for each lost image and container, with the command that replaces it. */
void losses_print(const struct outcome *outcome);
