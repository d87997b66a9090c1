/* Decides what the system's resolver is asked, and which code its refusal becomes. Does not decide
 * who waits for it. */
#include "platform/host.h"

#include "platform/address.h"
#include "platform/error.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* Node tells ENOTFOUND both for a name that nobody knows and for one without address. That a host
 * has no address of the family asked for is the second kind, whichever number says it. */
weir_err weirp_host_error(int number) {
  switch (number) {
  case EAI_NONAME:
#if defined EAI_NODATA && EAI_NODATA != EAI_NONAME
  case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
  case EAI_ADDRFAMILY:
#endif
    return WEIR_ENOTFOUND;
  case EAI_AGAIN: return WEIR_EAI_AGAIN;
  case EAI_BADFLAGS: return WEIR_EAI_BADFLAGS;
  case EAI_FAIL: return WEIR_EAI_FAIL;
  case EAI_FAMILY: return WEIR_EAI_FAMILY;
  case EAI_MEMORY: return WEIR_EAI_MEMORY;
#ifdef EAI_OVERFLOW
  case EAI_OVERFLOW: return WEIR_EAI_OVERFLOW;
#endif
  case EAI_SERVICE: return WEIR_EAI_SERVICE;
  case EAI_SOCKTYPE: return WEIR_EAI_SOCKTYPE;
  case EAI_SYSTEM: return weirp_error_last();
  default: return WEIR_EAI_FAIL;
  }
}

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

/* False: it is of another family than those of IP. */
static bool take(const struct addrinfo *info, weir_address *out_address) {
  struct sockaddr_storage system;
  if (info->ai_addr == NULL || info->ai_addrlen > sizeof system) return false;
  memset(&system, 0, sizeof system);
  memcpy(&system, info->ai_addr, info->ai_addrlen);
  weirp_address_from_system(&system, info->ai_addrlen, out_address);
  return out_address->family != WEIR_FAMILY_NONE;
}

static weir_err take_all(const struct addrinfo *first, weir_address **out_addresses,
                         size_t *out_count) {
  size_t room = 0;
  size_t count = 0;
  for (const struct addrinfo *info = first; info != NULL; info = info->ai_next) room++;
  if (room == 0) return WEIR_ENOTFOUND;
  weir_address *addresses = malloc(room * sizeof *addresses);
  if (addresses == NULL) return WEIR_ENOMEM;
  for (const struct addrinfo *info = first; info != NULL; info = info->ai_next) {
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

weir_err weirp_host_look_up(const char *host, weir_family family, int32_t hints,
                            weir_address **out_addresses, size_t *out_count) {
  struct addrinfo wanted;
  struct addrinfo *first = NULL;
  memset(&wanted, 0, sizeof wanted);
  wanted.ai_family = weirp_address_domain(family);
  /* One kind of socket: every address comes once, not once for each kind. */
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = system_flags(hints);
  int number = getaddrinfo(host, NULL, &wanted, &first);
  if (number != 0) return weirp_host_error(number);
  weir_err err = take_all(first, out_addresses, out_count);
  freeaddrinfo(first);
  return err;
}
