/* Endpoints from options. Whether a path or an address is any good is the system's to say. */
#include "core/endpoint.h"

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
