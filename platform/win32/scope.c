/* Network interfaces by name. What a zone looks like in text is not known here.
 *
 * Windows writes zones as numbers, and a number is all that Node takes on it. Besides, an interface
 * has a name that users see and may change ("Ethernet 2") and one of the system's making
 * ("ethernet_32769"); where one has the name of another the users' counts. */
#include "platform/scope.h"

#include "core/address_parse.h"
#include "platform/error.h"
#include "platform/win32/system.h"
#include "platform/win32/wide.h"

#include <iphlpapi.h>

static weir_err luid_of(const char *name, size_t length, NET_LUID *out_luid) {
  wchar_t text[IF_MAX_STRING_SIZE + 1];
  uint32_t number;
  /* No interface has a longer name. */
  if (length == 0 || weirp_wide_make(name, length, text, sizeof text / sizeof *text) != WEIR_OK)
    return WEIR_ENODEV;
  NETIO_STATUS status = NO_ERROR + 1;
  if (weirc_number_read(name, length, UINT32_MAX, &number))
    status = ConvertInterfaceIndexToLuid(number, out_luid);
  if (status != NO_ERROR) status = ConvertInterfaceAliasToLuid(text, out_luid);
  if (status != NO_ERROR) status = ConvertInterfaceNameToLuidW(text, out_luid);
  if (status == ERROR_NOT_ENOUGH_MEMORY) return WEIR_ENOMEM;
  return status == NO_ERROR ? WEIR_OK : WEIR_ENODEV;
}

weir_err weirp_scope_id(const char *name, size_t length, uint32_t *out_scope_id) {
  NET_LUID luid;
  NET_IFINDEX number = 0;
  weir_err err = luid_of(name, length, &luid);
  if (err != WEIR_OK) return err;
  /* A name of the system's making is taken apart, not looked up: the interface may not exist. */
  if (ConvertInterfaceLuidToIndex(&luid, &number) != NO_ERROR || number == 0) return WEIR_ENODEV;
  *out_scope_id = number;
  return WEIR_OK;
}
