/* Decides which code an error number of the system becomes, and the other way round. Does not
 * decide what follows from it. */
#include "platform/error.h"

#include <errno.h>

typedef struct error_pair {
  int number;
  weir_err code;
} error_pair;

/* Of a code with two numbers, the first is what it becomes. */
static const error_pair pairs[] = {
    {EACCES, WEIR_EACCES},
    {EADDRINUSE, WEIR_EADDRINUSE},
    {EADDRNOTAVAIL, WEIR_EADDRNOTAVAIL},
    {EAFNOSUPPORT, WEIR_EAFNOSUPPORT},
    {EAGAIN, WEIR_EAGAIN},
    {EALREADY, WEIR_EALREADY},
    {EBADF, WEIR_EBADF},
    {EBUSY, WEIR_EBUSY},
    {ECANCELED, WEIR_ECANCELED},
    {ECONNABORTED, WEIR_ECONNABORTED},
    {ECONNREFUSED, WEIR_ECONNREFUSED},
    {ECONNRESET, WEIR_ECONNRESET},
    {EDEADLK, WEIR_EDEADLK},
    {EEXIST, WEIR_EEXIST},
    {EFAULT, WEIR_EFAULT},
    {EHOSTUNREACH, WEIR_EHOSTUNREACH},
    {EINTR, WEIR_EINTR},
    {EINVAL, WEIR_EINVAL},
    {EIO, WEIR_EIO},
    {EISCONN, WEIR_EISCONN},
    {EISDIR, WEIR_EISDIR},
    {ELOOP, WEIR_ELOOP},
    {EMFILE, WEIR_EMFILE},
    {EMSGSIZE, WEIR_EMSGSIZE},
    {ENAMETOOLONG, WEIR_ENAMETOOLONG},
    {ENETDOWN, WEIR_ENETDOWN},
    {ENETUNREACH, WEIR_ENETUNREACH},
    {ENFILE, WEIR_ENFILE},
    {ENOBUFS, WEIR_ENOBUFS},
    {ENODEV, WEIR_ENODEV},
    {ENOENT, WEIR_ENOENT},
    {ENOMEM, WEIR_ENOMEM},
    {ENOPROTOOPT, WEIR_ENOPROTOOPT},
    {ENOSPC, WEIR_ENOSPC},
    {ENOSYS, WEIR_ENOSYS},
    {ENOTCONN, WEIR_ENOTCONN},
    {ENOTDIR, WEIR_ENOTDIR},
    {ENOTSOCK, WEIR_ENOTSOCK},
    {ENOTSUP, WEIR_ENOTSUP},
    {EPERM, WEIR_EPERM},
    {EPIPE, WEIR_EPIPE},
    {EPROTO, WEIR_EPROTO},
    {EPROTONOSUPPORT, WEIR_EPROTONOSUPPORT},
    {EPROTOTYPE, WEIR_EPROTOTYPE},
    {EROFS, WEIR_EROFS},
    {ETIMEDOUT, WEIR_ETIMEDOUT},
    {EWOULDBLOCK, WEIR_EAGAIN},
    {EOPNOTSUPP, WEIR_ENOTSUP},
};

enum { COUNT = sizeof pairs / sizeof *pairs };

weir_err weirp_error(int number) {
  for (size_t i = 0; i < COUNT; i++)
    if (pairs[i].number == number) return pairs[i].code;
  return WEIR_UNKNOWN;
}

int32_t weirp_error_number(weir_err code) {
  for (size_t i = 0; i < COUNT; i++)
    if (pairs[i].code == code) return -pairs[i].number;
  return 0;
}

weir_err weirp_error_last(void) {
  return weirp_error(errno);
}
