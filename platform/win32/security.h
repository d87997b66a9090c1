/**
 * @file
 * @brief Who may do what with a pipe, as the system is told.
 */
#ifndef WEIRP_SECURITY_H
#define WEIRP_SECURITY_H

#include "platform/win32/system.h"
#include "weir/backend.h"

/** Room for the entries of an access control list: four at most. */
#define WEIRP_SECURITY_ROOM (sizeof(ACL) + 4 * (sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE))

/** A security descriptor and what it points to. It stays where it is. */
typedef struct weirp_security {
  SECURITY_ATTRIBUTES attributes; /**< What is given to the system; handles are not inherited. */
  SECURITY_DESCRIPTOR descriptor; /**< In the attributes. */
  /** In the descriptor. */
  union {
    ACL acl;                            /**< What it begins with. */
    uint8_t bytes[WEIRP_SECURITY_ROOM]; /**< The whole. */
  } list;
} weirp_security;

/**
 * Says who may do what with a pipe.
 * @param flags WEIR_BIND_READABLE_ALL, WEIR_BIND_WRITABLE_ALL
 * @return WEIR_OK, or what the system says
 */
weir_err weirp_security_make(unsigned flags, weirp_security *out_security);

#endif
