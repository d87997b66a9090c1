/* Decides how sockets are made so that they neither block nor leak into started programs, and that
 * nobody shares an address. Does not decide when they are used. */
#include "platform/win32/descriptor.h"

#include "platform/address.h"
#include "platform/error.h"
#include "platform/thread.h"

weir_err weirp_descriptor_start(void) {
  static weirp_mutex lock = WEIRP_MUTEX_INIT;
  static bool started;
  weir_err err = WEIR_OK;
  weirp_mutex_lock(&lock);
  if (!started) {
    WSADATA data;
    /* It tells its error itself. There is no cleaning up: other sockets of the process may live. */
    int number = WSAStartup(MAKEWORD(2, 2), &data);
    started = number == 0;
    if (!started) err = weirp_error(number);
  }
  weirp_mutex_unlock(&lock);
  return err;
}

/* Windows 7 knows the flag from its first service pack on. Without it a program that another thread
 * starts in this moment may inherit the socket. */
static weir_err make(int domain, SOCKET *out_socket) {
  SOCKET socket = WSASocketW(domain, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                             WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  bool inherited = false;
  if (socket == INVALID_SOCKET && WSAGetLastError() == WSAEINVAL) {
    socket = WSASocketW(domain, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    inherited = true;
  }
  if (socket == INVALID_SOCKET) return weirp_error_last();
  if (inherited && !SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, 0)) {
    weir_err err = weirp_error_last();
    weirp_descriptor_close(socket);
    return err;
  }
  *out_socket = socket;
  return WEIR_OK;
}

weir_err weirp_descriptor_socket(int domain, SOCKET *out_socket) {
  SOCKET socket = INVALID_SOCKET;
  u_long yes = 1;
  weir_err err = make(domain, &socket);
  if (err != WEIR_OK) return err;
  if (ioctlsocket(socket, (long)FIONBIO, &yes) != 0) {
    err = weirp_error_last();
    weirp_descriptor_close(socket);
    return err;
  }
  *out_socket = socket;
  return WEIR_OK;
}

static weir_err set(SOCKET socket, int level, int name, int value) {
  int result = setsockopt(socket, level, name, (const char *)&value, (int)sizeof value);
  return result != 0 ? weirp_error_last() : WEIR_OK;
}

static weir_err bind_to(SOCKET socket, const weir_address *local) {
  struct sockaddr_storage system;
  int length = weirp_address_to_system(local, &system);
  if (length == 0) return WEIR_EAFNOSUPPORT;
  return bind(socket, (struct sockaddr *)&system, length) != 0 ? weirp_error_last() : WEIR_OK;
}

weir_err weirp_descriptor_bind(SOCKET socket, const weir_address *local, unsigned flags) {
  if (flags & WEIR_BIND_REUSE_PORT) return WEIR_ENOTSUP;
  /* Without it others may take the address by SO_REUSEADDR, or a more special one by nothing. */
  weir_err err = set(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
  /* Said in both directions: the default is the other way round than elsewhere. */
  if (err == WEIR_OK && local->family == WEIR_FAMILY_IPV6)
    err = set(socket, IPPROTO_IPV6, IPV6_V6ONLY, flags & WEIR_BIND_IPV6_ONLY ? 1 : 0);
  if (err == WEIR_OK) err = bind_to(socket, local);
  /* Windows also denies a port that another socket has for itself alone, as every listener here
   * has. No table of the system's has all of those, and who looks for a free port goes on either
   * way. */
  return err == WEIR_EACCES ? WEIR_EADDRINUSE : err;
}

weir_err weirp_descriptor_bind_any(SOCKET socket, int domain) {
  bool six = domain == AF_INET6;
  weir_address any = {six ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
  /* A peer's address may be a mapped one. A system without IPv4 has no use for it. */
  if (six) (void)set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  return bind_to(socket, &any);
}

static bool listens(SOCKET socket) {
  int does = 0;
  int length = (int)sizeof does;
  return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, (char *)&does, &length) == 0 && does != 0;
}

static weir_err socket_kind(SOCKET socket, weirp_descriptor_kind *out_kind) {
  struct sockaddr_storage local;
  int length = (int)sizeof local;
  int type = 0;
  int size = (int)sizeof type;
  if (getsockopt(socket, SOL_SOCKET, SO_TYPE, (char *)&type, &size) != 0) return weirp_error_last();
  if (type != SOCK_STREAM || listens(socket)) return WEIR_ERR_INVALID_FD_TYPE;
  if (getsockname(socket, (struct sockaddr *)&local, &length) != 0) return weirp_error_last();
  *out_kind = WEIRP_DESCRIPTOR_IP;
  bool ip = local.ss_family == AF_INET || local.ss_family == AF_INET6;
  return ip ? WEIR_OK : WEIR_ERR_INVALID_FD_TYPE;
}

/* Sockets are pipes to GetFileType(), and no pipes to what tells of pipes. */
weir_err weirp_descriptor_kind_of(HANDLE object, weirp_descriptor_kind *out_kind) {
  DWORD flags = 0;
  DWORD type = GetFileType(object);
  if (type == FILE_TYPE_UNKNOWN && GetLastError() != NO_ERROR) return weirp_error_last();
  if (type != FILE_TYPE_PIPE) return WEIR_ERR_INVALID_FD_TYPE;
  weir_err err = socket_kind((SOCKET)object, out_kind);
  if (err != WEIR_ENOTSOCK) return err;
  if (!GetNamedPipeInfo(object, &flags, NULL, NULL, NULL)) return weirp_error_last();
  *out_kind = flags & PIPE_SERVER_END ? WEIRP_DESCRIPTOR_PIPE_SERVER : WEIRP_DESCRIPTOR_PIPE;
  return WEIR_OK;
}

/* Who may only read or write need not be allowed to change the mode. */
static bool reads_bytes(HANDLE pipe) {
  DWORD mode = 0;
  if (GetNamedPipeHandleStateW(pipe, &mode, NULL, NULL, NULL, NULL, 0) &&
      !(mode & (PIPE_READMODE_MESSAGE | PIPE_NOWAIT)))
    return true;
  mode = PIPE_READMODE_BYTE | PIPE_WAIT;
  return SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
}

weir_err weirp_descriptor_prepare(HANDLE object, weirp_descriptor_kind kind) {
  u_long yes = 1;
  if (!SetHandleInformation(object, HANDLE_FLAG_INHERIT, 0)) return weirp_error_last();
  bool done = kind == WEIRP_DESCRIPTOR_IP ? ioctlsocket((SOCKET)object, (long)FIONBIO, &yes) == 0
                                          : reads_bytes(object);
  return done ? WEIR_OK : weirp_error_last();
}

weir_err weirp_descriptor_listen(SOCKET socket, int backlog) {
  if (listens(socket)) return WEIR_OK;
  return listen(socket, backlog) != 0 ? weirp_error_last() : WEIR_OK;
}

weir_err weirp_descriptor_local(SOCKET socket, weir_address *out_address) {
  struct sockaddr_storage system;
  int length = (int)sizeof system;
  if (getsockname(socket, (struct sockaddr *)&system, &length) != 0) return weirp_error_last();
  weirp_address_from_system(&system, length, out_address);
  return WEIR_OK;
}

weir_err weirp_descriptor_remote(SOCKET socket, weir_address *out_address) {
  struct sockaddr_storage system;
  int length = (int)sizeof system;
  if (getpeername(socket, (struct sockaddr *)&system, &length) != 0) return weirp_error_last();
  weirp_address_from_system(&system, length, out_address);
  return WEIR_OK;
}

/* The result is the bytes of a pointer to a function, put where one lies. */
static weir_err ask(SOCKET socket, GUID which, void *out_function, size_t size) {
  DWORD written = 0;
  int result = WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &which, (DWORD)sizeof which,
                        out_function, (DWORD)size, &written, NULL, NULL);
  if (result != 0) return weirp_error_last();
  return written == size ? WEIR_OK : WEIR_ENOTSUP;
}

weir_err weirp_descriptor_extensions_of(SOCKET socket,
                                        weirp_descriptor_extensions *out_extensions) {
  const GUID accept_ex = WSAID_ACCEPTEX;
  const GUID connect_ex = WSAID_CONNECTEX;
  weirp_descriptor_extensions found;
  weir_err err = ask(socket, accept_ex, &found.accept, sizeof found.accept);
  if (err == WEIR_OK) err = ask(socket, connect_ex, &found.connect, sizeof found.connect);
  if (err == WEIR_OK) *out_extensions = found;
  return err;
}

void weirp_descriptor_reset_on_close(SOCKET socket) {
  struct linger now = {1, 0};
  /* If the system refuses, the connection ends without a reset; there is nobody to tell. */
  (void)setsockopt(socket, SOL_SOCKET, SO_LINGER, (const char *)&now, (int)sizeof now);
}

void weirp_descriptor_close(SOCKET socket) {
  (void)closesocket(socket);
}
