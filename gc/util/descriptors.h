/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * This process may have as many descriptors open as its hard limit allows, since each temp dir that is found
 * or made takes two until it is handed over: a shell starts it with 1024. Where it cannot be had, what is too
 * much fails by itself.
 */
void descriptors_allow(void);
