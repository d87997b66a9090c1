/* Endpoints from options. Whether a path or an address is any good is the system's to say. */
#include "core/endpoint.h"

#include "core/address_parse.h"
#include "core/memory.h"

#include <string.h>

void weirc_endpoint_path(weir_endpoint *endpoint, const char *path, size_t length) {
  *endpoint = (weir_endpoint){0};
  endpoint->transport = WEIR_TRANSPORT_IPC;
  endpoint->path = path;
  endpoint->path_length = length > 0 ? length : strlen(path);
}

weir_err weirc_endpoint_address(weir_endpoint *endpoint, const char *host, int32_t port) {
  *endpoint = (weir_endpoint){0};
  endpoint->transport = WEIR_TRANSPORT_TCP;
  if (port < 0 || port > UINT16_MAX) return WEIR_ERR_SOCKET_BAD_PORT;
  weir_err err = weir_address_parse(host, strlen(host), (uint16_t)port, &endpoint->address);
  return err == WEIR_OK ? WEIR_OK : WEIR_ERR_INVALID_IP_ADDRESS;
}

/* A name that no interface has makes scope 0, which the system refuses where it needs one. */
weir_err weirc_host_parse(weir_loop *loop, const char *text, uint16_t port,
                          weir_address *out_address) {
  weir_slice zone = {NULL, 0};
  size_t length = strlen(text);
  if (weir_address_parse(text, length, port, out_address) == WEIR_OK) return WEIR_OK;
  if (weirc_ipv6_parse_zone(text, length, port, out_address, &zone) != WEIR_OK)
    return WEIR_ERR_INVALID_IP_ADDRESS;
  if (zone.length > 0) (void)loop->ops->scope_id(zone.data, zone.length, &out_address->scope_id);
  return WEIR_OK;
}

weir_err weirc_endpoint_bind_local(weir_loop *loop, weir_handle *handle, const weir_address *local,
                                   const weir_address *remote) {
  weir_endpoint endpoint = {.transport = WEIR_TRANSPORT_TCP, .address = *local};
  if (local->family != remote->family) return WEIR_EINVAL;
  return loop->ops->bind(loop->backend, handle, &endpoint, 0);
}

weir_err weirc_endpoint_copy(const weir_allocator *allocator, const weir_endpoint *endpoint,
                             weir_endpoint *out_copy) {
  weir_endpoint copy = *endpoint;
  if (endpoint->path) {
    copy.path = weirc_copy_text(allocator, endpoint->path, endpoint->path_length);
    if (!copy.path) return WEIR_ENOMEM;
  }
  *out_copy = copy;
  return WEIR_OK;
}

/* The path of a copy is the copy's to change. */
static char *owned_path(const weir_endpoint *endpoint) {
  return (char *)(uintptr_t)endpoint->path;
}

void weirc_endpoint_cut(weir_endpoint *endpoint) {
  owned_path(endpoint)[endpoint->path_length] = '\0';
}

void weirc_endpoint_free(const weir_allocator *allocator, weir_endpoint *endpoint) {
  weirc_release(allocator, owned_path(endpoint));
  endpoint->path = NULL;
  endpoint->path_length = 0;
}
