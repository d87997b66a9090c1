/* Sockets and pipes are handles, and a socket is more than that. */
#include "tests/support/descriptor.h"

#include <winsock2.h>

#include <windows.h>

void descriptor_close(intptr_t fd) {
  if (closesocket((SOCKET)fd) != 0) (void)CloseHandle((HANDLE)fd);
}
