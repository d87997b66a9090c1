/**
 * @file
 * @brief What can be set for a loop on completion ports, the backend "iocp" of Windows.
 *
 * Give a weir_iocp_options as weir_loop_options.backend_options. Nothing here asks for a header of
 * the system's.
 */
#ifndef WEIR_IOCP_H
#define WEIR_IOCP_H

#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** For weir_loop_options.backend_options with the backend "iocp". */
typedef struct weir_iocp_options {
  size_t size; /**< sizeof this struct. */
  /** How many connections of a TCP server the system may take before weir has asked for them,
   * 1..256. Each costs a socket. */
  uint32_t pending_accepts;
  /**
   * How many instances of a named pipe wait for clients, 1..64: as many clients can connect at
   * once, the others try again. Each costs a handle. It is what Node calls setPendingInstances().
   * @source IPC-20
   */
  uint32_t pending_instances;
} weir_iocp_options;

/** The defaults. */
#define WEIR_IOCP_OPTIONS_INIT                                                                     \
  { sizeof(weir_iocp_options), 16, 4 }

#ifdef __cplusplus
}
#endif
#endif
