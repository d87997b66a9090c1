/* Decides what the system's resolver is asked, and which code its refusal becomes. Does not decide
 * who waits for it. */
#include "platform/host.h"

#include "platform/address.h"
#include "platform/error.h"
#include "platform/win32/descriptor.h"
#include "platform/win32/wide.h"

#include <stdlib.h>
#include <string.h>

/* Node tells ENOTFOUND both for a name that nobody knows and for one without address. That a host
 * has no address of the family asked for is the second kind, whichever number says it. */
weir_err weirp_host_error(int number) {
  switch (number) {
  case WSAHOST_NOT_FOUND:
  case WSANO_DATA: return WEIR_ENOTFOUND;
  case WSATRY_AGAIN: return WEIR_EAI_AGAIN;
  case WSAEINVAL: return WEIR_EAI_BADFLAGS;
  case WSANO_RECOVERY: return WEIR_EAI_FAIL;
  case WSAEAFNOSUPPORT: return WEIR_EAI_FAMILY;
  case WSA_NOT_ENOUGH_MEMORY: return WEIR_EAI_MEMORY;
  case WSATYPE_NOT_FOUND: return WEIR_EAI_SERVICE;
  case WSAESOCKTNOSUPPORT: return WEIR_EAI_SOCKTYPE;
  default: return weirp_error(number);
  }
}

static int system_flags(int32_t hints) {
  int flags = 0;
  if (hints & WEIR_LOOKUP_ADDRCONFIG) flags |= AI_ADDRCONFIG;
  if (hints & WEIR_LOOKUP_V4MAPPED) flags |= AI_V4MAPPED;
  if (hints & WEIR_LOOKUP_ALL) flags |= AI_ALL;
  return flags;
}

/* False: it is of another family than those of IP. */
static bool take(const ADDRINFOW *info, weir_address *out_address) {
  struct sockaddr_storage system;
  if (info->ai_addr == NULL || info->ai_addrlen > sizeof system) return false;
  memset(&system, 0, sizeof system);
  memcpy(&system, info->ai_addr, info->ai_addrlen);
  weirp_address_from_system(&system, (int)info->ai_addrlen, out_address);
  return out_address->family != WEIR_FAMILY_NONE;
}

static weir_err take_all(const ADDRINFOW *first, weir_address **out_addresses, size_t *out_count) {
  size_t room = 0;
  size_t count = 0;
  for (const ADDRINFOW *info = first; info != NULL; info = info->ai_next) room++;
  if (room == 0) return WEIR_ENOTFOUND;
  weir_address *addresses = malloc(room * sizeof *addresses);
  if (addresses == NULL) return WEIR_ENOMEM;
  for (const ADDRINFOW *info = first; info != NULL; info = info->ai_next) {
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

static weir_err look_up(const wchar_t *host, weir_family family, int32_t hints,
                        weir_address **out_addresses, size_t *out_count) {
  ADDRINFOW wanted;
  ADDRINFOW *first = NULL;
  memset(&wanted, 0, sizeof wanted);
  wanted.ai_family = weirp_address_domain(family);
  /* One kind of socket: every address comes once, not once for each kind. */
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = system_flags(hints);
  int number = GetAddrInfoW(host, NULL, &wanted, &first);
  if (number != 0) return weirp_host_error(number);
  weir_err err = take_all(first, out_addresses, out_count);
  FreeAddrInfoW(first);
  return err;
}

weir_err weirp_host_look_up(const char *host, weir_family family, int32_t hints,
                            weir_address **out_addresses, size_t *out_count) {
  size_t length = strlen(host);
  weir_err err = weirp_descriptor_start();
  if (err != WEIR_OK) return err;
  /* Windows takes it for this machine's own name, and tells all of its addresses. */
  if (length == 0) return WEIR_ENOTFOUND;
  wchar_t *text = malloc((length + 1) * sizeof *text);
  if (text == NULL) return WEIR_ENOMEM;
  /* Nobody has a name that is no text. */
  err = weirp_wide_make(host, length, text, length + 1) == WEIR_OK
            ? look_up(text, family, hints, out_addresses, out_count)
            : WEIR_ENOTFOUND;
  free(text);
  return err;
}
