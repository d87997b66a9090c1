/* Who may do what with a pipe: what the system has written down, and what it makes of it. */
#include "platform/win32/ipc.h"
#include "platform/win32/security.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#include <aclapi.h>

#define BOTH (WEIR_BIND_READABLE_ALL | WEIR_BIND_WRITABLE_ALL)

/* What a client of weir's asks for. */
#define CLIENT                                                                                     \
  (FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE)

/* A user or a group. */
typedef union who {
  SID sid;
  uint8_t bytes[SECURITY_MAX_SID_SIZE];
} who;

static void known(WELL_KNOWN_SID_TYPE type, who *out_who) {
  DWORD length = sizeof *out_who;
  assert_true(CreateWellKnownSid(type, NULL, out_who, &length));
}

static HANDLE own_token(DWORD rights) {
  HANDLE token = NULL;
  assert_true(OpenProcessToken(GetCurrentProcess(), rights, &token));
  return token;
}

static void own_user(who *out_who) {
  union {
    TOKEN_USER user;
    uint8_t bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } found;
  DWORD length = 0;
  HANDLE token = own_token(TOKEN_QUERY);
  assert_true(GetTokenInformation(token, TokenUser, &found, sizeof found, &length));
  assert_true(CopySid(sizeof *out_who, out_who, found.user.User.Sid));
  assert_true(CloseHandle(token));
}

static weirp_ipc_name own_name(const char *what) {
  char path[128];
  weirp_ipc_name name;
  int length = snprintf(path, sizeof path, "\\\\.\\pipe\\weir-test-%lu-%s",
                        (unsigned long)GetCurrentProcessId(), what);
  assert_int_equal(weirp_ipc_name_make(path, (size_t)length, &name), WEIR_OK);
  return name;
}

/* A pipe, and what the system says about who may use it. */
typedef struct guarded {
  weirp_ipc_name name;
  HANDLE pipe;
  PACL list;
  PSECURITY_DESCRIPTOR descriptor;
} guarded;

static guarded guarded_by(unsigned flags) {
  guarded g;
  memset(&g, 0, sizeof g);
  g.name = own_name("security");
  assert_int_equal(weirp_ipc_create(&g.name, true, false, flags, &g.pipe), WEIR_OK);
  DWORD error = GetSecurityInfo(g.pipe, SE_KERNEL_OBJECT,
                                OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                    DACL_SECURITY_INFORMATION,
                                NULL, NULL, &g.list, NULL, &g.descriptor);
  assert_int_equal(error, ERROR_SUCCESS);
  assert_non_null(g.list);
  return g;
}

static void let_go(guarded *g) {
  assert_null(LocalFree(g->descriptor));
  assert_true(CloseHandle(g->pipe));
}

/* What the list allows somebody; it forbids nobody anything. */
static DWORD allowed(const guarded *g, who *whom) {
  DWORD rights = 0;
  for (DWORD i = 0; i < g->list->AceCount; i++) {
    void *entry = NULL;
    assert_true(GetAce(g->list, i, &entry));
    ACCESS_ALLOWED_ACE *ace = entry;
    assert_int_equal(ace->Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
    assert_int_equal(ace->Header.AceFlags & INHERIT_ONLY_ACE, 0);
    if (EqualSid(&ace->SidStart, whom)) rights |= ace->Mask;
  }
  return rights;
}

static void assert_list(unsigned flags, DWORD of_all) {
  who user, system, administrators, world;
  own_user(&user);
  known(WinLocalSystemSid, &system);
  known(WinBuiltinAdministratorsSid, &administrators);
  known(WinWorldSid, &world);
  guarded g = guarded_by(flags);
  assert_int_equal(g.list->AceCount, of_all != 0 ? 4 : 3);
  assert_int_equal(allowed(&g, &user), FILE_ALL_ACCESS);
  assert_int_equal(allowed(&g, &system), FILE_ALL_ACCESS);
  assert_int_equal(allowed(&g, &administrators), FILE_ALL_ACCESS);
  assert_int_equal(allowed(&g, &world), of_all);
  let_go(&g);
}

static void a_pipe_is_for_its_user(void **state) {
  (void)state;
  assert_list(0, 0);
  assert_list(WEIR_BIND_PATH_REFUSE | WEIR_BIND_RECLAIM, 0);
}

static void everybody_gets_what_is_said_and_no_more(void **state) {
  DWORD reading = FILE_READ_DATA | FILE_READ_EA | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES |
                  READ_CONTROL | SYNCHRONIZE;
  DWORD writing = FILE_WRITE_DATA | FILE_WRITE_EA | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES |
                  READ_CONTROL | SYNCHRONIZE;
  (void)state;
  assert_list(WEIR_BIND_READABLE_ALL, reading);
  assert_list(WEIR_BIND_WRITABLE_ALL, writing);
  assert_list(BOTH, reading | writing);
  assert_int_equal((reading | writing) & CLIENT, CLIENT);
  assert_int_equal((reading | writing) & FILE_CREATE_PIPE_INSTANCE, 0);
}

/* A token of somebody whom only the entry for everybody can be meant for. */
static HANDLE stranger(void) {
  who user, administrators;
  HANDLE reduced = NULL;
  HANDLE acting = NULL;
  own_user(&user);
  known(WinBuiltinAdministratorsSid, &administrators);
  SID_AND_ATTRIBUTES disabled[] = {{&user, 0}, {&administrators, 0}};
  HANDLE token = own_token(TOKEN_DUPLICATE | TOKEN_QUERY);
  BOOL good =
      CreateRestrictedToken(token, 0, COUNT_OF(disabled), disabled, 0, NULL, 0, NULL, &reduced);
  assert_true(good);
  assert_true(DuplicateToken(reduced, SecurityIdentification, &acting));
  assert_true(CloseHandle(reduced));
  assert_true(CloseHandle(token));
  return acting;
}

static bool lets(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD rights) {
  GENERIC_MAPPING files = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                           FILE_ALL_ACCESS};
  PRIVILEGE_SET privileges;
  DWORD length = sizeof privileges;
  DWORD granted = 0;
  BOOL good = FALSE;
  MapGenericMask(&rights, &files);
  assert_true(
      AccessCheck(descriptor, token, rights, &files, &privileges, &length, &granted, &good));
  return good != FALSE;
}

/* Whether the system takes the token for somebody else's than the user's. */
static bool is_stranger(HANDLE token) {
  union {
    ACL acl;
    uint8_t bytes[sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE];
  } list;
  SECURITY_DESCRIPTOR descriptor;
  who user, system;
  own_user(&user);
  known(WinLocalSystemSid, &system);
  assert_true(InitializeAcl(&list.acl, sizeof list, ACL_REVISION));
  assert_true(AddAccessAllowedAce(&list.acl, ACL_REVISION, FILE_ALL_ACCESS, &user));
  assert_true(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
  assert_true(SetSecurityDescriptorDacl(&descriptor, TRUE, &list.acl, FALSE));
  assert_true(SetSecurityDescriptorOwner(&descriptor, &system, FALSE));
  assert_true(SetSecurityDescriptorGroup(&descriptor, &system, FALSE));
  return !lets(&descriptor, token, FILE_READ_DATA);
}

static void the_system_keeps_strangers_to_it(void **state) {
  (void)state;
  HANDLE token = stranger();
  if (!is_stranger(token)) {
    print_message("SKIPPED: the system takes no user out of a token\n");
    assert_true(CloseHandle(token));
    skip();
  }
  guarded g = guarded_by(0);
  assert_false(lets(g.descriptor, token, FILE_READ_DATA));
  assert_false(lets(g.descriptor, token, FILE_WRITE_DATA));
  let_go(&g);
  g = guarded_by(WEIR_BIND_READABLE_ALL);
  assert_true(lets(g.descriptor, token, GENERIC_READ));
  assert_false(lets(g.descriptor, token, FILE_WRITE_DATA));
  let_go(&g);
  g = guarded_by(WEIR_BIND_WRITABLE_ALL);
  assert_true(lets(g.descriptor, token, FILE_WRITE_DATA));
  assert_false(lets(g.descriptor, token, FILE_READ_DATA));
  let_go(&g);
  g = guarded_by(BOTH);
  assert_true(lets(g.descriptor, token, CLIENT));
  assert_false(lets(g.descriptor, token, FILE_CREATE_PIPE_INSTANCE));
  assert_false(lets(g.descriptor, token, GENERIC_WRITE));
  assert_false(lets(g.descriptor, token, WRITE_DAC));
  let_go(&g);
  assert_true(CloseHandle(token));
}

/* The first instance counts: a later one of weir's own does not open the others. */
static void later_instances_change_nothing(void **state) {
  who world;
  HANDLE second = INVALID_HANDLE_VALUE;
  (void)state;
  known(WinWorldSid, &world);
  guarded g = guarded_by(0);
  assert_int_equal(weirp_ipc_create(&g.name, false, false, BOTH, &second), WEIR_OK);
  DWORD error = GetSecurityInfo(g.pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                &g.list, NULL, NULL);
  assert_int_equal(error, ERROR_SUCCESS);
  assert_int_equal(allowed(&g, &world), 0);
  assert_true(CloseHandle(second));
  let_go(&g);
}

/* The beginning of what NtQueryObject() says first of all; the rest is room. */
typedef struct basic_information {
  ULONG attributes;
  ACCESS_MASK granted;
  ULONG rest[12];
} basic_information;

typedef LONG(NTAPI *query_object)(HANDLE, int, void *, ULONG, ULONG *);

static ACCESS_MASK rights_of(HANDLE handle) {
  basic_information information;
  ULONG length = 0;
  HMODULE library = GetModuleHandleW(L"ntdll.dll");
  assert_non_null(library);
  query_object query = (query_object)(void (*)(void))GetProcAddress(library, "NtQueryObject");
  assert_true(query != NULL);
  memset(&information, 0, sizeof information);
  assert_int_equal(query(handle, 0, &information, sizeof information, &length), 0);
  return information.granted;
}

static void a_client_has_no_more_rights_than_it_needs(void **state) {
  HANDLE client = INVALID_HANDLE_VALUE;
  weirp_ipc_directions directions;
  (void)state;
  guarded g = guarded_by(0);
  assert_int_equal(weirp_ipc_connect(&g.name, false, &directions, &client), WEIR_OK);
  assert_int_equal(rights_of(client), CLIENT);
  assert_true(CloseHandle(client));
  let_go(&g);
}

/* @return false: the system lets nobody act for the other end of a pipe */
static bool level_of(HANDLE server, HANDLE client, SECURITY_IMPERSONATION_LEVEL *out_level) {
  OVERLAPPED overlapped;
  HANDLE token = NULL;
  DWORD length = 0;
  char byte = 'x';
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
  assert_non_null(overlapped.hEvent);
  /* It can be done only with one from whom something was read. */
  BOOL done = WriteFile(client, &byte, 1, NULL, &overlapped);
  assert_true(done || GetLastError() == ERROR_IO_PENDING);
  assert_true(GetOverlappedResult(client, &overlapped, &length, TRUE));
  done = ReadFile(server, &byte, 1, NULL, &overlapped);
  assert_true(done || GetLastError() == ERROR_IO_PENDING);
  assert_true(GetOverlappedResult(server, &overlapped, &length, TRUE));
  assert_true(CloseHandle(overlapped.hEvent));
  if (!ImpersonateNamedPipeClient(server)) return false;
  done = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token);
  assert_true(RevertToSelf());
  if (!done) return false;
  done = GetTokenInformation(token, TokenImpersonationLevel, out_level, sizeof *out_level, &length);
  assert_true(CloseHandle(token));
  return done != FALSE;
}

/* What the system makes of a client that says in so many words how far it trusts the server. */
static bool levels_are_kept(void) {
  SECURITY_IMPERSONATION_LEVEL level = SecurityAnonymous;
  guarded g = guarded_by(0);
  HANDLE client =
      CreateFileW(g.name.text, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                  FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
  assert_true(client != INVALID_HANDLE_VALUE);
  bool kept = level_of(g.pipe, client, &level) && level == SecurityIdentification;
  assert_true(CloseHandle(client));
  let_go(&g);
  return kept;
}

static void a_client_can_be_identified_and_not_acted_for(void **state) {
  SECURITY_IMPERSONATION_LEVEL level = SecurityAnonymous;
  HANDLE client = INVALID_HANDLE_VALUE;
  weirp_ipc_directions directions;
  (void)state;
  if (!levels_are_kept()) {
    print_message("SKIPPED: the system does not keep to what a client says of impersonation\n");
    skip();
  }
  guarded g = guarded_by(0);
  assert_int_equal(weirp_ipc_connect(&g.name, false, &directions, &client), WEIR_OK);
  assert_true(level_of(g.pipe, client, &level));
  assert_int_equal(level, SecurityIdentification);
  assert_true(CloseHandle(client));
  let_go(&g);
}

static void a_descriptor_is_inherited_by_nobody(void **state) {
  weirp_security security;
  (void)state;
  assert_int_equal(weirp_security_make(BOTH, &security), WEIR_OK);
  assert_false(security.attributes.bInheritHandle);
  assert_ptr_equal(security.attributes.lpSecurityDescriptor, &security.descriptor);
  assert_true(IsValidSecurityDescriptor(&security.descriptor));
  assert_true(IsValidAcl(&security.list.acl));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pipe_is_for_its_user),
      cmocka_unit_test(everybody_gets_what_is_said_and_no_more),
      cmocka_unit_test(the_system_keeps_strangers_to_it),
      cmocka_unit_test(later_instances_change_nothing),
      cmocka_unit_test(a_client_has_no_more_rights_than_it_needs),
      cmocka_unit_test(a_client_can_be_identified_and_not_acted_for),
      cmocka_unit_test(a_descriptor_is_inherited_by_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
