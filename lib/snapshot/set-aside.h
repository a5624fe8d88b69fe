/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/strlist.h"
#include "store/store.h"

/*
 * The ids in the volatile files that were set aside (TORN_SUFFIX): each run of exactly 64 hexadecimal
 * digits in them, whatever stands around it. What is no regular file was not set aside. Any other failure is
 * one: the ids are not known then.
 */
int set_aside_read(const struct cstorage_store *store, struct strlist *ids, struct error *reterr);
