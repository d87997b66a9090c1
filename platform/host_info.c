/* Decides which of the system's hints are weir's, and which addresses of an answer count. Does not
 * decide who is asked. */
#include "platform/host_info.h"

#include "platform/address.h"

#include <stdlib.h>
#include <string.h>

static int system_flags(int32_t hints) {
  int flags = 0;
#ifdef AI_ADDRCONFIG
  if (hints & WEIR_LOOKUP_ADDRCONFIG) flags |= AI_ADDRCONFIG;
#endif
#ifdef AI_V4MAPPED
  if (hints & WEIR_LOOKUP_V4MAPPED) flags |= AI_V4MAPPED;
#endif
#ifdef AI_ALL
  if (hints & WEIR_LOOKUP_ALL) flags |= AI_ALL;
#endif
  return flags;
}

void weirp_host_info_ask(weir_family family, int32_t hints, weirp_host_info *out_question) {
  memset(out_question, 0, sizeof *out_question);
  out_question->ai_family = weirp_address_domain(family);
  /* One kind of socket: every address comes once, not once for each kind. */
  out_question->ai_socktype = SOCK_STREAM;
  out_question->ai_flags = system_flags(hints);
}

/* False: it is of another family than those of IP. */
static bool take(const weirp_host_info *info, weir_address *out_address) {
  struct sockaddr_storage system;
  if (info->ai_addr == NULL || info->ai_addrlen > sizeof system) return false;
  memset(&system, 0, sizeof system);
  memcpy(&system, info->ai_addr, info->ai_addrlen);
  weirp_address_from_system(&system, (socklen_t)info->ai_addrlen, out_address);
  return out_address->family != WEIR_FAMILY_NONE;
}

weir_err weirp_host_info_take(const weirp_host_info *answer, weir_address **out_addresses,
                              size_t *out_count) {
  size_t room = 0;
  size_t count = 0;
  for (const weirp_host_info *info = answer; info != NULL; info = info->ai_next) room++;
  if (room == 0) return WEIR_ENOTFOUND;
  weir_address *addresses = malloc(room * sizeof *addresses);
  if (addresses == NULL) return WEIR_ENOMEM;
  for (const weirp_host_info *info = answer; info != NULL; info = info->ai_next) {
    if (take(info, &addresses[count])) count++;
  }
  if (count == 0) {
    free(addresses);
    return WEIR_ENOTFOUND;
  }
  *out_addresses = addresses;
  *out_count = count;
  return WEIR_OK;
}
