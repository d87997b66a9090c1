/* Decides which names the system's resolver is asked for, and which code its refusal becomes. Does
 * not decide who waits for it. */
#include "platform/host.h"

#include "platform/error.h"
#include "platform/host_info.h"
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

static weir_err look_up(const wchar_t *host, weir_family family, int32_t hints,
                        weir_address **out_addresses, size_t *out_count) {
  weirp_host_info question;
  weirp_host_info *answer = NULL;
  weirp_host_info_ask(family, hints, &question);
  int number = GetAddrInfoW(host, NULL, &question, &answer);
  if (number != 0) return weirp_host_error(number);
  weir_err err = weirp_host_info_take(answer, out_addresses, out_count);
  FreeAddrInfoW(answer);
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
