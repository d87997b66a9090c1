/**
 * @file
 * @brief Where to connect or to listen, taken from options and kept.
 */
#ifndef WEIRC_ENDPOINT_H
#define WEIRC_ENDPOINT_H

#include "weir/backend.h"

/** A local endpoint; a length of 0 means "up to the NUL". Borrows the path. */
void weirc_endpoint_path(weir_endpoint *endpoint, const char *path, size_t length);

/**
 * A TCP endpoint.
 * @return WEIR_OK; WEIR_ERR_SOCKET_BAD_PORT; WEIR_ERR_INVALID_IP_ADDRESS: the host is no IP address
 */
weir_err weirc_endpoint_address(weir_endpoint *endpoint, const char *host, int32_t port);

/** A copy that owns its path. @return WEIR_OK or WEIR_ENOMEM */
weir_err weirc_endpoint_copy(const weir_allocator *allocator, const weir_endpoint *endpoint,
                             weir_endpoint *out_copy);

/** Puts the NUL behind the path of a copy again: bind() may have cut its length. */
void weirc_endpoint_cut(weir_endpoint *endpoint);

/** Frees the path of a copy. */
void weirc_endpoint_free(const weir_allocator *allocator, weir_endpoint *endpoint);

#endif
