/* Decides the form of local names and whose file a name is. Does not decide when a name is given
 * back. */
#include "platform/posix/ipc.h"

#include "platform/error.h"
#include "platform/posix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A millisecond each. */
enum { LOCK_TRIES = 20 };

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
#ifdef __linux__
  /* The last byte may be used as well: the length says where the name ends, not a NUL. */
  size_t room = sizeof out_address->system.sun_path;
#else
  size_t room = sizeof out_address->system.sun_path - 1;
#endif
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

static bool is_file(const char *path, const weirp_ipc_name *name) {
  struct stat file;
  return lstat(path, &file) == 0 && file.st_dev == name->device && file.st_ino == name->inode;
}

static bool remember(weirp_ipc_name *name, struct stat *file) {
  if (lstat(name->path, file) < 0) return false;
  name->device = file->st_dev;
  name->inode = file->st_ino;
  return true;
}

/* Who has it is about to listen, which takes no time; but anybody may have it who may read the
 * directory, and keep it. */
static bool lock_soon(int fd) {
  for (unsigned tries = LOCK_TRIES; flock(fd, LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK || --tries == 0) return false;
    (void)poll(NULL, 0, 1);
  }
  return true;
}

/* The directory itself is locked, so that no file of the lock's own is left behind. WEIR_OK as well
 * where there are no locks to be had. */
static weir_err lock_directory(weirp_ipc_name *name) {
  char directory[sizeof name->path];
  char *slash = strrchr(strcpy(directory, name->path), '/');
  if (slash == directory) slash++;
  if (slash != NULL)
    *slash = '\0';
  else
    (void)strcpy(directory, ".");
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return WEIR_OK;
  if (lock_soon(fd)) {
    name->lock = fd + 1;
    return WEIR_OK;
  }
  weir_err err = errno == EWOULDBLOCK ? WEIR_EADDRINUSE : WEIR_OK;
  (void)close(fd);
  return err;
}

/* Only a listener that is gone refuses: one whose backlog is full, or whose owner lets nobody in,
 * says something else. */
static bool refuses(const weirp_ipc_address *address) {
  int probe;
  if (weirp_descriptor_socket(AF_UNIX, &probe) != WEIR_OK) return false;
  const struct sockaddr *system = (const struct sockaddr *)&address->system;
  bool refused = connect(probe, system, address->system_length) < 0 && errno == ECONNREFUSED;
  weirp_descriptor_close(probe);
  return refused;
}

static void remove_stale(const weirp_ipc_address *address, const weirp_ipc_name *name) {
  weirp_ipc_name stale = *name;
  struct stat file;
  if (name->lock == 0 || !remember(&stale, &file) || !S_ISSOCK(file.st_mode)) return;
  if (refuses(address) && is_file(stale.path, &stale)) (void)unlink(stale.path);
}

static weir_err bind_name(int descriptor, const weirp_ipc_address *address) {
  const struct sockaddr *system = (const struct sockaddr *)&address->system;
  return bind(descriptor, system, address->system_length) < 0 ? weirp_error_last() : WEIR_OK;
}

/* What the umask has left is never more than was asked for, so it is widened afterwards. */
static weir_err open_to_all(const weirp_ipc_name *name, mode_t mode, unsigned flags) {
  mode &= 07777;
  if (flags & WEIR_BIND_READABLE_ALL) mode |= S_IRUSR | S_IRGRP | S_IROTH;
  if (flags & WEIR_BIND_WRITABLE_ALL) mode |= S_IWUSR | S_IWGRP | S_IWOTH;
  return chmod(name->path, mode) < 0 ? weirp_error_last() : WEIR_OK;
}

static weir_err bind_file(int descriptor, const weirp_ipc_address *address, unsigned flags,
                          weirp_ipc_name *name) {
  struct stat file;
  memcpy(name->path, address->system.sun_path, address->length);
  weir_err err = flags & WEIR_BIND_RECLAIM ? lock_directory(name) : WEIR_OK;
  if (err == WEIR_OK) err = bind_name(descriptor, address);
  if (err == WEIR_EADDRINUSE && name->lock != 0) {
    remove_stale(address, name);
    err = bind_name(descriptor, address);
  }
  if (err != WEIR_OK) return err;
  if (!remember(name, &file)) {
    name->path[0] = '\0'; /* Somebody has removed it already. */
    return WEIR_OK;
  }
  if ((flags & (WEIR_BIND_READABLE_ALL | WEIR_BIND_WRITABLE_ALL)) == 0) return WEIR_OK;
  err = open_to_all(name, file.st_mode, flags);
  if (err != WEIR_OK) weirp_ipc_release(name);
  return err;
}

weir_err weirp_ipc_bind(int descriptor, const weirp_ipc_address *address, unsigned flags,
                        weirp_ipc_name *out_name) {
  weirp_ipc_name name;
  memset(&name, 0, sizeof name);
  weir_err err = is_abstract(address->system.sun_path)
                     ? bind_name(descriptor, address)
                     : bind_file(descriptor, address, flags, &name);
  if (err == WEIR_OK)
    *out_name = name;
  else
    weirp_ipc_unlock(&name);
  return err;
}

weir_err weirp_ipc_connect(int descriptor, const char *path, size_t length, unsigned flags) {
  weirp_ipc_address address;
  weir_err err =
      weirp_ipc_address_make(path, length, (flags & WEIR_BIND_PATH_REFUSE) != 0, &address);
  if (err != WEIR_OK) return err;
  const struct sockaddr *system = (const struct sockaddr *)&address.system;
  int result;
  do result = connect(descriptor, system, address.system_length);
  while (result < 0 && errno == EINTR);
  return result < 0 ? weirp_error_last() : WEIR_OK;
}

void weirp_ipc_unlock(weirp_ipc_name *name) {
  if (name->lock != 0) (void)close(name->lock - 1);
  name->lock = 0;
}

void weirp_ipc_release(weirp_ipc_name *name) {
  if (name->path[0] != '\0' && is_file(name->path, name)) {
    /* A failure leaves a stale file, as a crash would; there is nobody to tell. */
    (void)unlink(name->path);
  }
  name->path[0] = '\0';
}
