/**
 * @file
 * @brief Where to connect or to listen, taken from options and kept.
 */
#ifndef WEIRC_ENDPOINT_H
#define WEIRC_ENDPOINT_H

#include "core/loop.h"
#include "weir/backend.h"

/** A local endpoint; a length of 0 means "up to the NUL". Borrows the path. */
void weirc_endpoint_path(weir_endpoint *endpoint, const char *path, size_t length);

/**
 * A TCP endpoint.
 * @return WEIR_OK; WEIR_ERR_SOCKET_BAD_PORT; WEIR_ERR_INVALID_IP_ADDRESS: the host is no IP address
 */
weir_err weirc_endpoint_address(weir_endpoint *endpoint, const char *host, int32_t port);

/**
 * An address from text, also with the name of an interface as its zone.
 * @return WEIR_OK; WEIR_ERR_INVALID_IP_ADDRESS
 */
weir_err weirc_host_parse(weir_loop *loop, const char *text, uint16_t port,
                          weir_address *out_address);

/** Binds a handle before it connects. @return what the system says; WEIR_EINVAL: the address is of
 * another family than where it is to connect to */
weir_err weirc_endpoint_bind_local(weir_loop *loop, weir_handle *handle, const weir_address *local,
                                   const weir_address *remote);

/** A copy that owns its path. @return WEIR_OK or WEIR_ENOMEM */
weir_err weirc_endpoint_copy(const weir_allocator *allocator, const weir_endpoint *endpoint,
                             weir_endpoint *out_copy);

/** Puts the NUL behind the path of a copy again: bind() may have cut its length. */
void weirc_endpoint_cut(weir_endpoint *endpoint);

/** Frees the path of a copy. */
void weirc_endpoint_free(const weir_allocator *allocator, weir_endpoint *endpoint);

#endif
