/* Decides the form of local names and whose file a name is. Does not decide when a name is given
 * back. */
#include "platform/posix/ipc.h"

#include "platform/posix/error.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_abstract(const char *path) {
#ifdef __linux__
  return path[0] == '\0';
#else
  (void)path;
  return false;
#endif
}

weir_err weirp_ipc_address_make(const char *path, size_t length, bool refuse_long,
                                weirp_ipc_address *out_address) {
  if (path == NULL || length == 0) return WEIR_EINVAL;
  if (!is_abstract(path) && memchr(path, '\0', length) != NULL) return WEIR_EINVAL;
  /* The last byte may be used as well: the length says where the name ends, not a NUL. */
  size_t room = sizeof out_address->system.sun_path;
  if (length > room) {
    if (refuse_long) return WEIR_ENAMETOOLONG;
    length = room;
  }
  memset(out_address, 0, sizeof *out_address);
  out_address->system.sun_family = AF_UNIX;
  memcpy(out_address->system.sun_path, path, length);
  out_address->system_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  out_address->length = length;
  return WEIR_OK;
}

weir_err weirp_ipc_bind(int descriptor, const weirp_ipc_address *address,
                        weirp_ipc_name *out_name) {
  const struct sockaddr *system = (const struct sockaddr *)&address->system;
  if (bind(descriptor, system, address->system_length) < 0) return weirp_error_last();
  memset(out_name, 0, sizeof *out_name);
  if (is_abstract(address->system.sun_path)) return WEIR_OK;
  memcpy(out_name->path, address->system.sun_path, address->length);
  struct stat file;
  if (lstat(out_name->path, &file) < 0) {
    out_name->path[0] = '\0'; /* Somebody has removed it already. */
    return WEIR_OK;
  }
  out_name->device = file.st_dev;
  out_name->inode = file.st_ino;
  return WEIR_OK;
}

void weirp_ipc_release(weirp_ipc_name *name) {
  struct stat file;
  if (name->path[0] != '\0' && lstat(name->path, &file) == 0 && file.st_dev == name->device &&
      file.st_ino == name->inode) {
    /* A failure leaves a stale file, as a crash would; there is nobody to tell. */
    (void)unlink(name->path);
  }
  name->path[0] = '\0';
}
