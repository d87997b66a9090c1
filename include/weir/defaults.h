/**
 * @file
 * @brief Settings of the whole process, for what neither a call nor a loop says. All of them may be
 * called from any thread.
 */
#ifndef WEIR_DEFAULTS_H
#define WEIR_DEFAULTS_H

#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Whether connects to names try every address; true at first. @thread any @source DEF-01, DEF-02
 */
WEIR_API bool weir_default_auto_select_family(void);

/** Sets what weir_default_auto_select_family() says, for connects to come. @thread any @source
 * DEF-03
 */
WEIR_API void weir_set_default_auto_select_family(bool auto_select_family);

/** Milliseconds that an attempt gets before the next one begins; 250 at first. @thread any @source
 * DEF-04, DEF-05 */
WEIR_API uint32_t weir_default_auto_select_family_attempt_timeout_ms(void);

/**
 * Sets what weir_default_auto_select_family_attempt_timeout_ms() says, for connects to come.
 * @param timeout_ms 1 to 9 are stored as 10
 * @return WEIR_OK; WEIR_ERR_OUT_OF_RANGE: 0 or above 2147483647
 * @thread any
 * @source DEF-06, DEF-07
 */
WEIR_API weir_err weir_set_default_auto_select_family_attempt_timeout(uint32_t timeout_ms);

/** The high water mark of sockets and servers that are given none; 16384 at first. @thread any
 * @source DEF-08, DEF-13 */
WEIR_API size_t weir_default_high_water_mark_bytes(void);

/**
 * Sets what weir_default_high_water_mark_bytes() says, for sockets and servers to come.
 * @return WEIR_OK; WEIR_ERR_OUT_OF_RANGE: above 2147483647
 * @thread any
 * @source DEF-13
 */
WEIR_API weir_err weir_set_default_high_water_mark(size_t high_water_mark_bytes);

#ifdef __cplusplus
}
#endif
#endif
