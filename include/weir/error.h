/**
 * @file
 * @brief A failure with everything that is known about it, and Node's text for it.
 */
#ifndef WEIR_ERROR_H
#define WEIR_ERROR_H

#include "weir/address.h"
#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A failure as it is shown to handlers and callbacks.
 *
 * Pointers in it are good until the handler returns. A program that makes one for
 * weir_socket_destroy() starts from WEIR_ERROR_INIT and sets `code` and, if it likes, `message`.
 * @source ERR-01, ERR-02, ERR-04
 */
typedef struct weir_error {
  size_t size;         /**< Set by WEIR_ERROR_INIT. */
  weir_err code;       /**< What happened. */
  const char *syscall; /**< The system's call: "connect", "bind", "listen", "accept", "read",
                          "write"...; or NULL. */
  const char
      *message; /**< Text to use instead of the one weir_error_message() would build; or NULL. */
  const char *path;   /**< The path of a local endpoint, `path_length` bytes and a NUL; or NULL. */
  size_t path_length; /**< Bytes in `path`: names on Linux may hold NULs. */
  weir_address address;       /**< The address it was about; family WEIR_FAMILY_NONE: none. */
  weir_address local_address; /**< The address the socket had been bound to; WEIR_FAMILY_NONE: none.
                                 @source CON-35 */
  const char *host;           /**< The name that was looked up; or NULL. @source ERR-03 */
  /** The parts of an aggregate in order of attempt; or NULL. Pointers, as a part may grow. @source
   * HE-08 */
  const struct weir_error *const *errors;
  size_t error_count; /**< How many parts. */
  /** Node's errno: the system's number, negative; 0: not the system's. @source ERR-01 */
  int32_t system_code;
} weir_error;

/** No error yet: every member unset. */
#define WEIR_ERROR_INIT                                                                            \
  {                                                                                                \
    sizeof(weir_error), WEIR_OK, NULL, NULL, NULL, 0, {0, 0, 0, 0, {0}}, {0, 0, 0, 0, {0}}, NULL,  \
        NULL, 0, 0                                                                                 \
  }

/**
 * Writes Node's text for an error, e.g. "connect ECONNREFUSED 127.0.0.1:1".
 * @param error what happened
 * @param buffer where to write; always ended by a NUL if capacity is not 0
 * @param capacity bytes in buffer; what does not fit is cut
 * @return the bytes of the whole text, NUL not counted
 * @source ERR-01, ERR-02
 */
WEIR_API size_t weir_error_message(const weir_error *error, char *buffer, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
