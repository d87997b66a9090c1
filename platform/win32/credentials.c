/* Decides what is told of a pipe's peer: its process. Does not decide whether it is to be believed:
 * whoever has an end of a pipe may hand it to another process. */
#include "platform/win32/credentials.h"

#include "platform/error.h"

weir_err weirp_credentials_of_peer(HANDLE pipe, bool peer_is_client,
                                   weir_peer_credentials *out_credentials) {
  ULONG process = 0;
  BOOL known = peer_is_client ? GetNamedPipeClientProcessId(pipe, &process)
                              : GetNamedPipeServerProcessId(pipe, &process);
  if (!known) return weirp_error_last();
  /* 0 is a process of another machine, or none. */
  out_credentials->process_id = process > 0 ? (int64_t)process : -1;
  out_credentials->user_id = UINT32_MAX;
  out_credentials->group_id = UINT32_MAX;
  return WEIR_OK;
}
