/**
 * @file
 * @brief Text as Windows has it: UTF-16.
 */
#ifndef WEIRP_WIDE_H
#define WEIRP_WIDE_H

#include "weir/base.h"

#include <wchar.h>

/**
 * Writes UTF-8 as UTF-16, with a NUL behind.
 * @param text no NUL is needed
 * @param length bytes of text
 * @param out_text room units; as many as there are bytes and one more are always enough
 * @param room units of out_text
 * @return WEIR_OK; WEIR_EINVAL: a NUL, or no UTF-8; WEIR_ENAMETOOLONG: no room
 */
weir_err weirp_wide_make(const char *text, size_t length, wchar_t *out_text, size_t room);

#endif
