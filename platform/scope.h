/**
 * @file
 * @brief Network interfaces, by which the zones of IPv6 addresses are named.
 */
#ifndef WEIRP_SCOPE_H
#define WEIRP_SCOPE_H

#include "weir/base.h"

/**
 * The number of an interface.
 * @param name its name; it needs no NUL
 * @param length bytes of name
 * @param out_scope_id written on success only; never 0
 * @return WEIR_OK; WEIR_ENODEV: there is none of that name; other codes: the system could not tell
 * @thread any
 */
weir_err weirp_scope_id(const char *name, size_t length, uint32_t *out_scope_id);

#endif
