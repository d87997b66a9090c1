/* Who the peer is. Whether a transport can tell is the backend's to say. */
#include "core/socket.h"

#include <string.h>

static weir_err ask(weir_loop *loop, const weir_handle *handle, weir_peer_credentials *out) {
  if (!loop->ops->peer_credentials) return WEIR_ENOTSUP;
  return loop->ops->peer_credentials(loop->backend, handle, out);
}

/* What a newer program has room for and this version does not know stays as it is. */
weir_err weir_socket_peer_credentials(const weir_socket *socket,
                                      weir_peer_credentials *out_credentials) {
  weir_peer_credentials known = WEIR_PEER_CREDENTIALS_INIT;
  if (!socket || !out_credentials) return WEIR_ERR_INVALID_ARG_TYPE;
  if (out_credentials->size < sizeof known) return WEIR_ERR_INVALID_ARG_VALUE;
  if (weir_socket_pending(socket)) return WEIR_ENOTCONN;
  if (socket->transport != WEIR_TRANSPORT_IPC) return WEIR_ENOTSUP;
  weir_err err = ask(socket->object.loop, weirc_handle_of(&socket->object), &known);
  if (err != WEIR_OK) return err;
  known.size = out_credentials->size;
  memcpy(out_credentials, &known, sizeof known);
  return WEIR_OK;
}
