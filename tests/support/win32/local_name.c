/* Names are those of pipes, which lie in no directory and are never relative. */
#include "tests/support/local_name.h"

#include <stdio.h>

#include <windows.h>

bool local_name_make(local_name *name) {
  static LONG made;
  *name = (local_name){.directory = ""};
  (void)snprintf(name->text, sizeof name->text, "\\\\?\\pipe\\weir-test-%lu-%ld",
                 GetCurrentProcessId(), InterlockedIncrement(&made));
  return true;
}

void local_name_remove(const local_name *name) {
  (void)name;
}

bool local_name_enter(const local_name *name) {
  (void)name;
  return false;
}

void local_name_leave(void) {}
