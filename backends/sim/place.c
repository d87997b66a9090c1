/* Decides which TCP addresses and ports there are and who has them, by Linux' rules; not what
 * happens on connections between them. */
#include "backends/sim/place.h"

#include <assert.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
static const uint8_t zeros[16];
static const uint8_t ipv4_loopback[4] = {127, 0, 0, 1};
static const uint8_t ipv6_loopback[16] = {[15] = 1};

/* The four bytes of an IPv4 address, mapped or not; NULL for other addresses. */
static const uint8_t *ipv4_of(const weir_address *address) {
  if (address->family == WEIR_FAMILY_IPV4) return address->bytes;
  return memcmp(address->bytes, mapped_prefix, 12) == 0 ? address->bytes + 12 : NULL;
}

static bool is_any(const weir_address *address) {
  const uint8_t *ipv4 = ipv4_of(address);
  return memcmp(ipv4 != NULL ? ipv4 : address->bytes, zeros, ipv4 != NULL ? 4 : 16) == 0;
}

static bool exists(const weir_address *address) {
  const uint8_t *ipv4 = ipv4_of(address);
  if (is_any(address)) return true;
  if (ipv4 != NULL) return ipv4[0] == 127;
  return memcmp(address->bytes, ipv6_loopback, 16) == 0;
}

/* Whether packets to `address` (which is no wildcard) reach what is bound to `local`. */
static bool reaches(const weir_address *address, const weir_address *local, bool ipv6_only) {
  const uint8_t *to = ipv4_of(address);
  const uint8_t *at = ipv4_of(local);
  if (to != NULL && at != NULL) return is_any(local) || memcmp(to, at, 4) == 0;
  if (to != NULL) return is_any(local) && !ipv6_only;
  if (at != NULL) return false;
  return is_any(local) || memcmp(address->bytes, local->bytes, 16) == 0;
}

static bool overlaps(const weirb_sim_endpoint *a, const weirb_sim_endpoint *b) {
  if (a->local.port != b->local.port) return false;
  if (!is_any(&a->local)) return reaches(&a->local, &b->local, b->ipv6_only);
  if (!is_any(&b->local)) return reaches(&b->local, &a->local, a->ipv6_only);
  bool a_ipv4 = ipv4_of(&a->local) != NULL;
  bool b_ipv4 = ipv4_of(&b->local) != NULL;
  if (a_ipv4 == b_ipv4) return true;
  return !(a_ipv4 ? b : a)->ipv6_only;
}

bool weirb_sim_place_taken(const weir_backend *world, const weirb_sim_endpoint *endpoint) {
  for (const weirb_sim_endpoint *other = world->listeners; other != NULL;
       other = other->next_listener) {
    if (other != endpoint && overlaps(other, endpoint)) return true;
  }
  return false;
}

weirb_sim_endpoint *weirb_sim_place_find(const weir_backend *world, const weir_address *address) {
  weirb_sim_endpoint *listener = world->listeners;
  while (listener != NULL && (listener->local.port != address->port ||
                              !reaches(address, &listener->local, listener->ipv6_only))) {
    listener = listener->next_listener;
  }
  return listener;
}

static weir_err give_bind_port(weir_backend *world, weirb_sim_endpoint *endpoint) {
  unsigned ports = UINT16_MAX - WEIRB_SIM_FIRST_BIND_PORT + 1;
  for (unsigned tried = 0; tried < ports; tried++) {
    unsigned offset = world->bind_ports_given++ % ports;
    endpoint->local.port = (uint16_t)(WEIRB_SIM_FIRST_BIND_PORT + offset);
    if (!weirb_sim_place_taken(world, endpoint)) return WEIR_OK;
  }
  return WEIR_EADDRINUSE;
}

weir_err weirb_sim_place_bind_any(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weir_address any = {.family = (uint8_t)endpoint->family};
  return weirb_sim_place_bind(world, endpoint, &any, false);
}

weir_err weirb_sim_place_bind(weir_backend *world, weirb_sim_endpoint *endpoint,
                              weir_address *address, bool ipv6_only) {
  if (endpoint->bound || endpoint->state != WEIRB_SIM_FRESH) return WEIR_EINVAL;
  if (address->family != endpoint->family) return WEIR_EINVAL;
  if (!exists(address)) return WEIR_EADDRNOTAVAIL;
  weir_address before = endpoint->local;
  weir_err err = WEIR_OK;
  endpoint->local = *address;
  endpoint->ipv6_only = ipv6_only;
  if (address->port == 0) {
    err = give_bind_port(world, endpoint);
  } else if (weirb_sim_place_taken(world, endpoint)) {
    err = WEIR_EADDRINUSE;
  }
  if (err != WEIR_OK) {
    endpoint->local = before;
    return err;
  }
  endpoint->bound = true;
  address->port = endpoint->local.port;
  return WEIR_OK;
}

static weir_err give_client_port(weir_backend *world, weirb_sim_endpoint *endpoint) {
  for (unsigned tried = 0; tried < WEIRB_SIM_CLIENT_PORTS; tried++) {
    unsigned offset = world->client_ports_given++ % WEIRB_SIM_CLIENT_PORTS;
    uint8_t bit = (uint8_t)(1u << (offset % 8));
    endpoint->local.port = (uint16_t)(WEIRB_SIM_FIRST_CLIENT_PORT + offset);
    if ((world->client_ports[offset / 8] & bit) != 0) continue;
    if (weirb_sim_place_taken(world, endpoint)) continue;
    world->client_ports[offset / 8] |= bit;
    endpoint->client_port = WEIRB_SIM_FIRST_CLIENT_PORT + offset;
    return WEIR_OK;
  }
  endpoint->local.port = 0;
  return WEIR_EADDRNOTAVAIL;
}

void weirb_sim_client_port_give(weir_backend *world, weirb_sim_endpoint *endpoint) {
  if (endpoint->client_port == 0) return;
  unsigned offset = endpoint->client_port - WEIRB_SIM_FIRST_CLIENT_PORT;
  world->client_ports[offset / 8] &= (uint8_t) ~(1u << (offset % 8));
  endpoint->client_port = 0;
}

/* A wildcard stands for the loopback address of its kind. */
static weir_address loopback_if_any(const weir_address *address) {
  weir_address real = *address;
  if (!is_any(address)) return real;
  if (address->family == WEIR_FAMILY_IPV4) {
    memcpy(real.bytes, ipv4_loopback, 4);
  } else if (ipv4_of(address) != NULL) {
    memcpy(real.bytes + 12, ipv4_loopback, 4);
  } else {
    memcpy(real.bytes, ipv6_loopback, 16);
  }
  return real;
}

/* The source address that goes with a destination; an endpoint's own if it is bound to one. */
static weir_address source_for(const weirb_sim_endpoint *endpoint, const weir_address *to) {
  if (endpoint->bound && !is_any(&endpoint->local)) return endpoint->local;
  weir_address any = {.family = to->family, .port = endpoint->local.port};
  if (to->family == WEIR_FAMILY_IPV6 && ipv4_of(to) != NULL) memcpy(any.bytes, mapped_prefix, 12);
  return loopback_if_any(&any);
}

weir_err weirb_sim_place_connect(weir_backend *world, weirb_sim_endpoint *endpoint,
                                 const weir_address *to) {
  if (to->family != endpoint->family) return WEIR_EAFNOSUPPORT;
  if (!exists(to) && !weirb_sim_place_swallows(to)) return WEIR_ENETUNREACH;
  if (endpoint->bound && weirb_sim_place_taken(world, endpoint)) return WEIR_EADDRINUSE;
  weir_address remote = loopback_if_any(to);
  weir_address local = source_for(endpoint, &remote);
  if ((ipv4_of(&remote) == NULL) != (ipv4_of(&local) == NULL)) return WEIR_ENETUNREACH;
  endpoint->local = local;
  endpoint->remote = remote;
  return local.port != 0 ? WEIR_OK : give_client_port(world, endpoint);
}

bool weirb_sim_place_swallows(const weir_address *address) {
  static const uint8_t documentation[3][3] = {{192, 0, 2}, {198, 51, 100}, {203, 0, 113}};
  static const uint8_t documentation6[4] = {0x20, 0x01, 0x0D, 0xB8};
  const uint8_t *ipv4 = ipv4_of(address);
  if (ipv4 == NULL) return memcmp(address->bytes, documentation6, 4) == 0;
  for (size_t i = 0; i < 3; i++) {
    if (memcmp(ipv4, documentation[i], 3) == 0) return true;
  }
  return false;
}

weir_address weirb_sim_place_view(const weir_address *address, weir_family family) {
  const uint8_t *ipv4 = ipv4_of(address);
  if (address->family == family || ipv4 == NULL) return *address;
  weir_address view = {.family = (uint8_t)family, .port = address->port};
  if (family == WEIR_FAMILY_IPV6) {
    memcpy(view.bytes, mapped_prefix, 12);
    memcpy(view.bytes + 12, ipv4, 4);
  } else {
    memcpy(view.bytes, ipv4, 4);
  }
  return view;
}
