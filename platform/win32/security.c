/* Decides who may use a pipe. Does not decide what it is used for.
 *
 * The process's user may do everything. So may the system itself and administrators: as with root
 * elsewhere, keeping them out would stop nobody who can read the process's memory, only the tools
 * by which machines are looked after. Nobody else may do anything unless the program says so, while
 * a pipe that nothing is said about can be read by everybody.
 *
 * Reading and writing are given to everybody without FILE_CREATE_PIPE_INSTANCE. It is the same bit
 * as FILE_APPEND_DATA, and GENERIC_WRITE has it: whoever may make an instance gets connections that
 * are meant for the server. */
#include "platform/win32/security.h"

#include "platform/error.h"

/* Something that the system writes with an identifier of a user or a group behind it. */
typedef union user {
  TOKEN_USER token;
  uint8_t bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
} user;

/* The process's, whomever the thread acts for. */
static weir_err read_user(user *out_user) {
  HANDLE token;
  DWORD length = 0;
  weir_err err = WEIR_OK;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return weirp_error_last();
  if (!GetTokenInformation(token, TokenUser, out_user, (DWORD)sizeof *out_user, &length))
    err = weirp_error_last();
  (void)CloseHandle(token);
  return err;
}

static weir_err allow(weirp_security *security, PSID who, DWORD what) {
  return AddAccessAllowedAce(&security->list.acl, ACL_REVISION, what, who) ? WEIR_OK
                                                                           : weirp_error_last();
}

static weir_err allow_known(weirp_security *security, WELL_KNOWN_SID_TYPE who, DWORD what) {
  union {
    SID sid;
    uint8_t bytes[SECURITY_MAX_SID_SIZE];
  } known;
  DWORD length = (DWORD)sizeof known;
  if (!CreateWellKnownSid(who, NULL, &known, &length)) return weirp_error_last();
  return allow(security, &known, what);
}

static DWORD rights_of_all(unsigned flags) {
  DWORD rights = 0;
  if (flags & WEIR_BIND_READABLE_ALL) rights |= FILE_GENERIC_READ;
  if (flags & WEIR_BIND_WRITABLE_ALL) rights |= FILE_GENERIC_WRITE & ~(DWORD)FILE_APPEND_DATA;
  /* What a client needs to say how it reads, and to see what it has. */
  return rights != 0 ? rights | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES : 0;
}

static weir_err fill_list(weirp_security *security, unsigned flags) {
  user self;
  DWORD all = rights_of_all(flags);
  weir_err err = read_user(&self);
  if (err != WEIR_OK) return err;
  if (!InitializeAcl(&security->list.acl, (DWORD)sizeof security->list, ACL_REVISION))
    return weirp_error_last();
  err = allow(security, self.token.User.Sid, FILE_ALL_ACCESS);
  if (err == WEIR_OK) err = allow_known(security, WinLocalSystemSid, FILE_ALL_ACCESS);
  if (err == WEIR_OK) err = allow_known(security, WinBuiltinAdministratorsSid, FILE_ALL_ACCESS);
  if (err == WEIR_OK && all != 0) err = allow_known(security, WinWorldSid, all);
  return err;
}

weir_err weirp_security_make(unsigned flags, weirp_security *out_security) {
  SECURITY_DESCRIPTOR *descriptor = &out_security->descriptor;
  weir_err err = fill_list(out_security, flags);
  if (err != WEIR_OK) return err;
  if (!InitializeSecurityDescriptor(descriptor, SECURITY_DESCRIPTOR_REVISION) ||
      !SetSecurityDescriptorDacl(descriptor, TRUE, &out_security->list.acl, FALSE))
    return weirp_error_last();
  out_security->attributes =
      (SECURITY_ATTRIBUTES){sizeof out_security->attributes, descriptor, FALSE};
  return WEIR_OK;
}
