/* Decides how sockets are made so that they neither block, nor leak into started programs, nor
 * raise signals. Does not decide when they are used. */
#include "platform/posix/descriptor.h"

#include "platform/address.h"
#include "platform/error.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

weir_err weirp_descriptor_prepare(int descriptor) {
  int status = fcntl(descriptor, F_GETFL);
  if (status < 0 || fcntl(descriptor, F_SETFL, status | O_NONBLOCK) < 0) return weirp_error_last();
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) return weirp_error_last();
  return WEIR_OK;
}

/* What a new socket still needs on systems where the making call cannot say it. */
static weir_err finish_new(int descriptor) {
  weir_err err = WEIR_OK;
#ifndef SOCK_CLOEXEC
  err = weirp_descriptor_prepare(descriptor);
#endif
#ifdef SO_NOSIGPIPE
  int yes = 1;
  if (err == WEIR_OK &&
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, (socklen_t)sizeof yes) < 0) {
    /* macOS says EINVAL for a socket whose peer is gone already; reading will tell. */
    if (errno != EINVAL) err = weirp_error_last();
  }
#endif
  if (err != WEIR_OK) weirp_descriptor_close(descriptor);
  return err;
}

weir_err weirp_descriptor_socket(int domain, int *out_descriptor) {
#ifdef SOCK_CLOEXEC
  int descriptor = socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
  int descriptor = socket(domain, SOCK_STREAM, 0);
#endif
  if (descriptor < 0) return weirp_error_last();
  weir_err err = finish_new(descriptor);
  if (err == WEIR_OK) *out_descriptor = descriptor;
  return err;
}

static int accept_once(int listener, struct sockaddr_storage *remote, socklen_t *length) {
#ifdef SOCK_CLOEXEC
  return accept4(listener, (struct sockaddr *)remote, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
  return accept(listener, (struct sockaddr *)remote, length);
#endif
}

weir_err weirp_descriptor_accept(int listener, weir_address *out_remote, int *out_descriptor) {
  struct sockaddr_storage remote;
  socklen_t length;
  int descriptor;
  do {
    length = (socklen_t)sizeof remote;
    descriptor = out_remote != NULL ? accept_once(listener, &remote, &length)
                                    : accept_once(listener, NULL, NULL);
  } while (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (descriptor < 0) return weirp_error_last();
  weir_err err = finish_new(descriptor);
  if (err != WEIR_OK) return err;
  if (out_remote != NULL) weirp_address_from_system(&remote, length, out_remote);
  *out_descriptor = descriptor;
  return WEIR_OK;
}

/* A number that a socket tells about itself. */
static weir_err ask(int descriptor, int option, int *out_number) {
  socklen_t length = (socklen_t)sizeof *out_number;
  int result = getsockopt(descriptor, SOL_SOCKET, option, out_number, &length);
  return result < 0 ? weirp_error_last() : WEIR_OK;
}

static bool listens(int descriptor) {
  int does = 0;
  return ask(descriptor, SO_ACCEPTCONN, &does) == WEIR_OK && does != 0;
}

/* Of any stream socket, whatever its state. */
static weir_err socket_kind(int descriptor, weirp_descriptor_kind *out_kind) {
  struct sockaddr_storage local;
  socklen_t length = (socklen_t)sizeof local;
  int type = 0;
  weir_err err = ask(descriptor, SO_TYPE, &type);
  if (err != WEIR_OK) return err;
  if (type != SOCK_STREAM) return WEIR_ERR_INVALID_FD_TYPE;
  if (getsockname(descriptor, (struct sockaddr *)&local, &length) < 0) return weirp_error_last();
  bool ip = local.ss_family == AF_INET || local.ss_family == AF_INET6;
  *out_kind = ip ? WEIRP_DESCRIPTOR_IP : WEIRP_DESCRIPTOR_LOCAL;
  return ip || local.ss_family == AF_UNIX ? WEIR_OK : WEIR_ERR_INVALID_FD_TYPE;
}

weir_err weirp_descriptor_kind_of(int descriptor, weirp_descriptor_kind *out_kind) {
  struct stat status;
  if (fstat(descriptor, &status) < 0) return weirp_error_last();
  if (S_ISSOCK(status.st_mode) && listens(descriptor)) return WEIR_ERR_INVALID_FD_TYPE;
  if (S_ISSOCK(status.st_mode)) return socket_kind(descriptor, out_kind);
  *out_kind = WEIRP_DESCRIPTOR_PIPE;
  return S_ISFIFO(status.st_mode) ? WEIR_OK : WEIR_ERR_INVALID_FD_TYPE;
}

weir_err weirp_descriptor_bound_kind(int descriptor, weirp_descriptor_kind *out_kind) {
  struct sockaddr_storage peer;
  socklen_t length = (socklen_t)sizeof peer;
  struct stat status;
  if (fstat(descriptor, &status) < 0) return weirp_error_last();
  if (!S_ISSOCK(status.st_mode)) return WEIR_ERR_INVALID_FD_TYPE;
  weir_err err = socket_kind(descriptor, out_kind);
  if (err != WEIR_OK || listens(descriptor)) return err;
  bool connected = getpeername(descriptor, (struct sockaddr *)&peer, &length) == 0;
  return connected ? WEIR_ERR_INVALID_FD_TYPE : WEIR_OK;
}

weir_err weirp_descriptor_listen(int descriptor, int backlog) {
  if (listens(descriptor)) return WEIR_OK;
  return listen(descriptor, backlog) < 0 ? weirp_error_last() : WEIR_OK;
}

/* Several listeners of one port are of use only where the system spreads connections over them. */
static weir_err reuse_port(int descriptor) {
#if defined(SO_REUSEPORT_LB)
  int option = SO_REUSEPORT_LB;
#elif defined(SO_REUSEPORT) && (defined(__linux__) || defined(__DragonFly__))
  int option = SO_REUSEPORT;
#else
  int option = -1;
#endif
  int yes = 1;
  if (option == -1) return WEIR_ENOTSUP;
  if (setsockopt(descriptor, SOL_SOCKET, option, &yes, (socklen_t)sizeof yes) < 0)
    return weirp_error_last();
  return WEIR_OK;
}

weir_err weirp_descriptor_bind(int descriptor, const weir_address *local, unsigned flags) {
  int yes = 1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, (socklen_t)sizeof yes) < 0) {
    return weirp_error_last();
  }
  if (flags & WEIR_BIND_REUSE_PORT) {
    weir_err err = reuse_port(descriptor);
    if (err != WEIR_OK) return err;
  }
  if (local->family == WEIR_FAMILY_IPV6) {
    /* Said in both directions: the default is the administrator's to change. */
    int only = flags & WEIR_BIND_IPV6_ONLY ? 1 : 0;
    if (setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, (socklen_t)sizeof only) < 0) {
      return weirp_error_last();
    }
  }
  struct sockaddr_storage system;
  socklen_t length = weirp_address_to_system(local, &system);
  if (length == 0) return WEIR_EAFNOSUPPORT;
  return bind(descriptor, (struct sockaddr *)&system, length) < 0 ? weirp_error_last() : WEIR_OK;
}

weir_err weirp_descriptor_local(int descriptor, weir_address *out_address) {
  struct sockaddr_storage system;
  socklen_t length = (socklen_t)sizeof system;
  if (getsockname(descriptor, (struct sockaddr *)&system, &length) < 0) return weirp_error_last();
  weirp_address_from_system(&system, length, out_address);
  return WEIR_OK;
}

weir_err weirp_descriptor_remote(int descriptor, weir_address *out_address) {
  struct sockaddr_storage system;
  socklen_t length = (socklen_t)sizeof system;
  if (getpeername(descriptor, (struct sockaddr *)&system, &length) < 0) return weirp_error_last();
  weirp_address_from_system(&system, length, out_address);
  return WEIR_OK;
}

weir_err weirp_descriptor_error(int descriptor) {
  int number = 0;
  socklen_t length = (socklen_t)sizeof number;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) < 0) return weirp_error_last();
  return number == 0 ? WEIR_OK : weirp_error(number);
}

void weirp_descriptor_reset_on_close(int descriptor) {
  struct linger now = {1, 0};
  /* If the system refuses, the connection ends without a reset; there is nobody to tell. */
  (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, (socklen_t)sizeof now);
}

void weirp_descriptor_close(int descriptor) {
  /* Not repeated after EINTR: the number may belong to another thread's descriptor by then. */
  (void)close(descriptor);
}
