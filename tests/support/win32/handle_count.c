/* Each number that a handle may have is asked for; the system gives out the lowest that is free. */
#include "tests/support/win32/handle_count.h"

#include <stdint.h>

#include <windows.h>

enum { STEP = 4, LARGEST = STEP * 4096 };

unsigned handle_count(void) {
  unsigned count = 0;
  for (uintptr_t handle = STEP; handle <= LARGEST; handle += STEP) {
    DWORD flags;
    if (GetHandleInformation((HANDLE)handle, &flags)) count++;
  }
  return count;
}
