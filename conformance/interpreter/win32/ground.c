/* The ground on Windows: local names are those of pipes, which lie in no directory and are gone
 * when the last server closes them. */
#include "conformance/interpreter/ground.h"

#include "platform/win32/system.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <string.h>

const char ground_separator[] = "-";
const char ground_slashes[] = "/\\";

static const char no_files[] = "there are no files where pipes are";

bool ground_is(const char *system) {
  if (strcmp(system, "windows") == 0) return true;
  return strcmp(system, "wine") == 0 &&
         GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

void ground_prepare(void) {
  WSADATA data;
  (void)_setmode(_fileno(stdout), _O_BINARY);
  (void)_setmode(_fileno(stderr), _O_BINARY);
  (void)WSAStartup(MAKEWORD(2, 2), &data);
}

unsigned long ground_process(void) {
  return GetCurrentProcessId();
}

/* Who sends to a peer that is gone is told of the reset on Windows. */
bool ground_reads_as(const char *golden, const char *printed) {
  static const char there[] = "EPIPE";
  static const char here[] = "ECONNRESET";
  for (;; golden++, printed++) {
    if (strncmp(golden, there, sizeof there - 1) == 0 &&
        strncmp(printed, here, sizeof here - 1) == 0) {
      golden += sizeof there - 1;
      printed += sizeof here - 1;
    }
    if (*golden != *printed) return false;
    if (*golden == '\0') return true;
  }
}

bool ground_is_directory(const char *path) {
  DWORD attributes = GetFileAttributesA(path);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

const char *ground_make(char *out_place, size_t size) {
  static unsigned made;
  (void)snprintf(out_place, size, "\\\\?\\pipe\\wt-%lu-%u", ground_process(), ++made);
  return NULL;
}

void ground_remove(const char *place) {
  (void)place;
}

const char *ground_enter(const char *place) {
  (void)place;
  return NULL; /* The simulator knows no directories; a pipe with such a name is refused. */
}

void ground_leave(void) {}

const char *ground_leave_file(const char *path) {
  (void)path;
  return no_files;
}

const char *ground_leave_socket(const char *path) {
  (void)path;
  return no_files;
}

const char *ground_leave_directory(const char *path) {
  (void)path;
  return no_files;
}

const char *ground_unlink(const char *path) {
  (void)path;
  return no_files;
}

/* A pipe that is busy is there as well. Nobody is waited for. */
const char *ground_kind(const char *path) {
  if (WaitNamedPipeA(path, 1) || GetLastError() == ERROR_SEM_TIMEOUT) return "socket";
  return "ENOENT";
}

const char *ground_mode(const char *path, unsigned *out_mode) {
  (void)path;
  (void)out_mode;
  return no_files;
}

static const char *refused(SOCKET socket, const char *what) {
  (void)closesocket(socket);
  return what;
}

/* A socket is bound and does not listen, so nobody else gets the port. */
const char *ground_bind(const weir_address *host, intptr_t *out_socket, uint16_t *out_port) {
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  bool is_v6 = host->family == WEIR_FAMILY_IPV6;
  struct sockaddr *address = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
  int size = is_v6 ? (int)sizeof v6 : (int)sizeof v4;
  memcpy(&v4.sin_addr, host->bytes, sizeof v4.sin_addr);
  memcpy(&v6.sin6_addr, host->bytes, sizeof v6.sin6_addr);
  SOCKET bound = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (bound == INVALID_SOCKET) return "no socket";
  if (bind(bound, address, size) != 0) return refused(bound, "the address cannot be bound");
  if (getsockname(bound, address, &size) != 0) return refused(bound, "the port is not told");
  *out_socket = (intptr_t)bound;
  *out_port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
  return NULL;
}

const char *ground_fill(intptr_t socket, intptr_t *sockets, size_t count) {
  (void)socket;
  (void)sockets;
  (void)count;
  return "Windows refuses whom a full queue has no room for";
}

void ground_lend(intptr_t *socket) {
  ground_close(*socket);
  *socket = -1;
}

void ground_close(intptr_t socket) {
  if (socket >= 0) (void)closesocket((SOCKET)socket);
}
