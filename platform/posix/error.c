/* Decides which code an error number of the system becomes. Does not decide what follows from it.
 */
#include "platform/posix/error.h"

#include <errno.h>

weir_err weirp_error(int number) {
  switch (number) {
  case EACCES: return WEIR_EACCES;
  case EADDRINUSE: return WEIR_EADDRINUSE;
  case EADDRNOTAVAIL: return WEIR_EADDRNOTAVAIL;
  case EAFNOSUPPORT: return WEIR_EAFNOSUPPORT;
  case EAGAIN: return WEIR_EAGAIN;
#if EWOULDBLOCK != EAGAIN
  case EWOULDBLOCK: return WEIR_EAGAIN;
#endif
  case EALREADY: return WEIR_EALREADY;
  case EBADF: return WEIR_EBADF;
  case EBUSY: return WEIR_EBUSY;
  case ECANCELED: return WEIR_ECANCELED;
  case ECONNABORTED: return WEIR_ECONNABORTED;
  case ECONNREFUSED: return WEIR_ECONNREFUSED;
  case ECONNRESET: return WEIR_ECONNRESET;
  case EDEADLK: return WEIR_EDEADLK;
  case EEXIST: return WEIR_EEXIST;
  case EFAULT: return WEIR_EFAULT;
  case EHOSTUNREACH: return WEIR_EHOSTUNREACH;
  case EINTR: return WEIR_EINTR;
  case EINVAL: return WEIR_EINVAL;
  case EIO: return WEIR_EIO;
  case EISCONN: return WEIR_EISCONN;
  case EISDIR: return WEIR_EISDIR;
  case ELOOP: return WEIR_ELOOP;
  case EMFILE: return WEIR_EMFILE;
  case EMSGSIZE: return WEIR_EMSGSIZE;
  case ENAMETOOLONG: return WEIR_ENAMETOOLONG;
  case ENETDOWN: return WEIR_ENETDOWN;
  case ENETUNREACH: return WEIR_ENETUNREACH;
  case ENFILE: return WEIR_ENFILE;
  case ENOBUFS: return WEIR_ENOBUFS;
  case ENODEV: return WEIR_ENODEV;
  case ENOENT: return WEIR_ENOENT;
  case ENOMEM: return WEIR_ENOMEM;
  case ENOPROTOOPT: return WEIR_ENOPROTOOPT;
  case ENOSPC: return WEIR_ENOSPC;
  case ENOSYS: return WEIR_ENOSYS;
  case ENOTCONN: return WEIR_ENOTCONN;
  case ENOTDIR: return WEIR_ENOTDIR;
  case ENOTSOCK: return WEIR_ENOTSOCK;
  case ENOTSUP: return WEIR_ENOTSUP;
#if EOPNOTSUPP != ENOTSUP
  case EOPNOTSUPP: return WEIR_ENOTSUP;
#endif
  case EPERM: return WEIR_EPERM;
  case EPIPE: return WEIR_EPIPE;
  case EPROTO: return WEIR_EPROTO;
  case EPROTONOSUPPORT: return WEIR_EPROTONOSUPPORT;
  case EPROTOTYPE: return WEIR_EPROTOTYPE;
  case EROFS: return WEIR_EROFS;
  case ETIMEDOUT: return WEIR_ETIMEDOUT;
  default: return WEIR_UNKNOWN;
  }
}

weir_err weirp_error_last(void) {
  return weirp_error(errno);
}
