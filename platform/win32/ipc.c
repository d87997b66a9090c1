/* Decides which names are those of pipes, and what a pipe of weir's is like. Does not decide how
 * many instances there are, nor what goes through them. */
#include "platform/win32/ipc.h"

#include "platform/error.h"
#include "platform/win32/security.h"
#include "platform/win32/wide.h"

#include <string.h>

/* What either end keeps of what the other has not read. */
enum { BUFFER = 65536 };

static const char pipe_word[] = {'p', 'i', 'p', 'e'};

static const char literal[] = {'\\', '\\', '?', '\\'};

/* `\\.\pipe\`, and the same with a question mark. */
enum { PREFIX = 9 };

static bool is_separator(char c) {
  return c == '\\' || c == '/';
}

static bool is_pipe_word(const char *text) {
  for (size_t i = 0; i < sizeof pipe_word; i++)
    if ((text[i] | 0x20) != pipe_word[i]) return false;
  return true;
}

/* The system takes slashes and dots apart, unless a name begins with `\\?\` as it stands here. */
static bool has_prefix(const char *path, size_t length) {
  if (length <= PREFIX || !is_pipe_word(path + sizeof literal)) return false;
  if (memcmp(path, literal, sizeof literal) == 0) return path[PREFIX - 1] == '\\';
  return is_separator(path[0]) && is_separator(path[1]) && (path[2] == '.' || path[2] == '?') &&
         is_separator(path[3]) && is_separator(path[PREFIX - 1]);
}

static bool is_walk(const char *part, size_t length) {
  return (length == 1 || length == 2) && part[0] == '.' && part[length - 1] == '.';
}

/* Dots and spaces at the end do not count, so a name of nothing else is none. */
static bool is_name(const char *text, size_t length) {
  bool found = false;
  for (size_t at = 0; at < length; at++) {
    size_t begin = at;
    for (; at < length && !is_separator(text[at]); at++)
      if (text[at] != '.' && text[at] != ' ') found = true;
    if (is_walk(text + begin, at - begin)) return false;
  }
  return found;
}

weir_err weirp_ipc_name_make(const char *path, size_t length, weirp_ipc_name *out_name) {
  weirp_ipc_name name;
  if (path == NULL || length == 0) return WEIR_EINVAL;
  weir_err err = weirp_wide_make(path, length, name.text, WEIRP_IPC_NAME_ROOM);
  if (err == WEIR_EINVAL) return err;
  if (!has_prefix(path, length) || !is_name(path + PREFIX, length - PREFIX)) return WEIR_EACCES;
  if (err == WEIR_OK) *out_name = name;
  return err;
}

static weir_err refusal(bool first, DWORD error) {
  switch (error) {
  case ERROR_ACCESS_DENIED:
  case ERROR_PIPE_BUSY: return first ? WEIR_EADDRINUSE : weirp_error((int)error);
  case ERROR_PATH_NOT_FOUND:
  case ERROR_INVALID_NAME: return WEIR_EACCES;
  default: return weirp_error((int)error);
  }
}

static weir_err create(const weirp_ipc_name *name, bool first, bool message, unsigned flags,
                       HANDLE *out_pipe) {
  weirp_security security;
  weir_err err = weirp_security_make(flags, &security);
  if (err != WEIR_OK) return err;
  DWORD open = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;
  DWORD mode =
      message ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;
  if (first) open |= FILE_FLAG_FIRST_PIPE_INSTANCE;
  HANDLE pipe = CreateNamedPipeW(name->text, open, mode | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                                 PIPE_UNLIMITED_INSTANCES, BUFFER, BUFFER, 0, &security.attributes);
  if (pipe == INVALID_HANDLE_VALUE) return refusal(first, GetLastError());
  *out_pipe = pipe;
  return WEIR_OK;
}

/* Wine 8 makes a second first instance. Asking afterwards how many there are is right on Windows as
 * well: whatever else there is was made in between, by somebody who shares the name. Where nobody
 * is refused, two who come at once may both find two and give up, but never do both go on; asking
 * beforehand would let them, and on Windows it would tell nothing that the flag does not. */
static weir_err check_alone(HANDLE pipe) {
  DWORD instances = 0;
  if (!GetNamedPipeHandleStateW(pipe, NULL, &instances, NULL, NULL, NULL, 0))
    return weirp_error_last();
  return instances > 1 ? WEIR_EADDRINUSE : WEIR_OK;
}

weir_err weirp_ipc_create(const weirp_ipc_name *name, bool first, bool message, unsigned flags,
                          HANDLE *out_pipe) {
  HANDLE pipe = INVALID_HANDLE_VALUE;
  weir_err err = create(name, first, message, flags, &pipe);
  if (err != WEIR_OK) return err;
  if (first) err = check_alone(pipe);
  if (err == WEIR_OK)
    *out_pipe = pipe;
  else
    (void)CloseHandle(pipe);
  return err;
}

/* What the pipe turns out to be. */
static weir_err prepare(HANDLE pipe, bool message) {
  DWORD mode = PIPE_READMODE_MESSAGE | PIPE_WAIT;
  if (GetFileType(pipe) != FILE_TYPE_PIPE) return WEIR_ENOTSOCK;
  if (!message || SetNamedPipeHandleState(pipe, &mode, NULL, NULL)) return WEIR_OK;
  return GetLastError() == ERROR_INVALID_PARAMETER ? WEIR_EPROTOTYPE : weirp_error_last();
}

/* No more than is needed: GENERIC_WRITE is also the right to be a server of that name. */
static HANDLE open_end(const weirp_ipc_name *name, DWORD directions) {
  DWORD rights = directions | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE;
  return CreateFileW(name->text, rights, 0, NULL, OPEN_EXISTING,
                     FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
}

weir_err weirp_ipc_connect(const weirp_ipc_name *name, bool message,
                           weirp_ipc_directions *out_directions, HANDLE *out_pipe) {
  static const DWORD asked[] = {[WEIRP_IPC_BOTH] = FILE_READ_DATA | FILE_WRITE_DATA,
                                [WEIRP_IPC_READ_ONLY] = FILE_READ_DATA,
                                [WEIRP_IPC_WRITE_ONLY] = FILE_WRITE_DATA};
  weirp_ipc_directions directions = WEIRP_IPC_BOTH;
  HANDLE pipe = open_end(name, asked[directions]);
  /* Of one direction, or this user has no more. */
  while (pipe == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED &&
         directions < WEIRP_IPC_WRITE_ONLY)
    pipe = open_end(name, asked[++directions]);
  if (pipe == INVALID_HANDLE_VALUE)
    return GetLastError() == ERROR_PIPE_BUSY ? WEIR_EAGAIN : weirp_error_last();
  weir_err err = prepare(pipe, message);
  if (err != WEIR_OK) {
    (void)CloseHandle(pipe);
    return err;
  }
  *out_directions = directions;
  *out_pipe = pipe;
  return WEIR_OK;
}
