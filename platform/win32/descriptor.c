/* Decides how sockets are made so that they neither block nor leak into started programs. Does not
 * decide when they are used. */
#include "platform/win32/descriptor.h"

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
