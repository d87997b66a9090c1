/* Decides whether a port that could not be had is somebody's. Windows answers "access denied" for a
 * port that another socket holds for itself alone, and for one that it has set aside: the first is
 * an address in use, and the second is not. */
#include "platform/win32/port.h"

#include "platform/win32/system.h"

#include <iphlpapi.h>
#include <stdlib.h>

/* The tables grow while they are read. */
enum { TRIES = 4 };

/* A table of the system's, malloc()'s; NULL: it cannot be had. */
static void *table_of(ULONG domain) {
  ULONG size = 0;
  void *table = NULL;
  for (unsigned tries = 0; tries < TRIES; tries++) {
    DWORD result = GetExtendedTcpTable(table, &size, FALSE, domain, TCP_TABLE_OWNER_PID_ALL, 0);
    if (result == NO_ERROR && table != NULL) return table;
    free(table);
    table = NULL;
    if (result != NO_ERROR && result != ERROR_INSUFFICIENT_BUFFER) break;
    table = malloc(size);
    if (table == NULL) break;
  }
  free(table);
  return NULL;
}

/* As the tables have it: the two bytes of the network in a number of four. */
static bool is_port(DWORD local, uint16_t port) {
  return ntohs((u_short)local) == port;
}

static bool is_taken_v4(uint16_t port) {
  MIB_TCPTABLE_OWNER_PID *table = table_of(AF_INET);
  bool found = false;
  for (DWORD i = 0; table != NULL && i < table->dwNumEntries && !found; i++)
    found = is_port(table->table[i].dwLocalPort, port);
  free(table);
  return found;
}

static bool is_taken_v6(uint16_t port) {
  MIB_TCP6TABLE_OWNER_PID *table = table_of(AF_INET6);
  bool found = false;
  for (DWORD i = 0; table != NULL && i < table->dwNumEntries && !found; i++)
    found = is_port(table->table[i].dwLocalPort, port);
  free(table);
  return found;
}

bool weirp_port_is_taken(uint16_t port) {
  return is_taken_v4(port) || is_taken_v6(port);
}
