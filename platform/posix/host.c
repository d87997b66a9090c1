/* Decides which code a refusal of the system's resolver becomes. Does not decide who waits for it.
 */
#include "platform/host.h"

#include "platform/error.h"
#include "platform/host_info.h"

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

weir_err weirp_host_look_up(const char *host, weir_family family, int32_t hints,
                            weir_address **out_addresses, size_t *out_count) {
  weirp_host_info question;
  weirp_host_info *answer = NULL;
  weirp_host_info_ask(family, hints, &question);
  int number = getaddrinfo(host, NULL, &question, &answer);
  if (number != 0) return weirp_host_error(number);
  weir_err err = weirp_host_info_take(answer, out_addresses, out_count);
  freeaddrinfo(answer);
  return err;
}
