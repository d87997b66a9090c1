/* Decides how an address looks in the system's form. Does not decide which addresses are legal. */
#include "platform/address.h"

#include <string.h>

int weirp_address_domain(weir_family family) {
  if (family == WEIR_FAMILY_IPV4) return AF_INET;
  return family == WEIR_FAMILY_IPV6 ? AF_INET6 : AF_UNSPEC;
}

/* The structs are built apart and copied: reading memory under another type is not C. */
static socklen_t to_ipv4(const weir_address *address, struct sockaddr_storage *out_system) {
  struct sockaddr_in in;
  memset(&in, 0, sizeof in);
  in.sin_family = AF_INET;
  in.sin_port = htons(address->port);
  memcpy(&in.sin_addr, address->bytes, 4);
  memcpy(out_system, &in, sizeof in);
  return (socklen_t)sizeof in;
}

static socklen_t to_ipv6(const weir_address *address, struct sockaddr_storage *out_system) {
  struct sockaddr_in6 in6;
  memset(&in6, 0, sizeof in6);
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(address->port);
  in6.sin6_flowinfo = htonl(address->flow_label);
  in6.sin6_scope_id = address->scope_id;
  memcpy(&in6.sin6_addr, address->bytes, 16);
  memcpy(out_system, &in6, sizeof in6);
  return (socklen_t)sizeof in6;
}

socklen_t weirp_address_to_system(const weir_address *address,
                                  struct sockaddr_storage *out_system) {
  if (address->family == WEIR_FAMILY_IPV4) return to_ipv4(address, out_system);
  if (address->family == WEIR_FAMILY_IPV6) return to_ipv6(address, out_system);
  return 0;
}

static void from_ipv4(const struct sockaddr_storage *system, weir_address *out_address) {
  struct sockaddr_in in;
  memcpy(&in, system, sizeof in);
  out_address->family = WEIR_FAMILY_IPV4;
  out_address->port = ntohs(in.sin_port);
  memcpy(out_address->bytes, &in.sin_addr, 4);
}

static void from_ipv6(const struct sockaddr_storage *system, weir_address *out_address) {
  struct sockaddr_in6 in6;
  memcpy(&in6, system, sizeof in6);
  out_address->family = WEIR_FAMILY_IPV6;
  out_address->port = ntohs(in6.sin6_port);
  out_address->flow_label = ntohl(in6.sin6_flowinfo) & 0xFFFFFu;
  out_address->scope_id = in6.sin6_scope_id;
  memcpy(out_address->bytes, &in6.sin6_addr, 16);
}

void weirp_address_from_system(const struct sockaddr_storage *system, socklen_t length,
                               weir_address *out_address) {
  memset(out_address, 0, sizeof *out_address);
  if (length >= (socklen_t)sizeof(struct sockaddr_in) && system->ss_family == AF_INET) {
    from_ipv4(system, out_address);
  } else if (length >= (socklen_t)sizeof(struct sockaddr_in6) && system->ss_family == AF_INET6) {
    from_ipv6(system, out_address);
  }
}
