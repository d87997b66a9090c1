/* Decides in which form descriptors travel. */
#include "platform/posix/passing.h"

#include "platform/error.h"
#include "platform/posix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

ptrdiff_t weirp_passing_send(int socket, int descriptor, const void *data, size_t length) {
  union {
    struct cmsghdr head; /* For its alignment. */
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec piece = {(char *)(uintptr_t)data, length};
  struct msghdr message;
  memset(&message, 0, sizeof message);
  memset(&control, 0, sizeof control);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.room;
  message.msg_controllen = sizeof control.room;
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  ssize_t n;
  do {
    n = sendmsg(socket, &message, WEIRP_SEND_FLAGS);
  } while (n < 0 && errno == EINTR);
  return n;
}

static void keep_to_ourselves(const int *descriptors, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int flags = fcntl(descriptors[i], F_GETFD);
    (void)fcntl(descriptors[i], F_SETFD, flags | FD_CLOEXEC);
  }
}

/* Steps by CMSG_SPACE(): musl's CMSG_NXTHDR() converts a negative number into a size. */
static size_t unpack(const struct msghdr *message, int *out_descriptors) {
  const char *at = message->msg_control;
  size_t left = message->msg_controllen, count = 0;
  while (left >= CMSG_LEN(0)) {
    struct cmsghdr *head = (struct cmsghdr *)(uintptr_t)at;
    if (head->cmsg_len < CMSG_LEN(0) || head->cmsg_len > left) break;
    size_t bytes = head->cmsg_len - CMSG_LEN(0), step = CMSG_SPACE(bytes);
    if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
      memcpy(out_descriptors + count, CMSG_DATA(head), bytes);
      count += bytes / sizeof *out_descriptors;
    }
    if (step > left) break;
    at += step;
    left -= step;
  }
  return count;
}

ptrdiff_t weirp_passing_receive(int socket, void *data, size_t room, int *out_descriptors,
                                size_t *out_count) {
  union {
    struct cmsghdr head; /* For its alignment. */
    char room[CMSG_SPACE(WEIRP_PASSING_MAX * sizeof(int))];
  } control;
  struct iovec piece = {data, room};
  struct msghdr message;
#ifdef MSG_CMSG_CLOEXEC
  int flags = MSG_CMSG_CLOEXEC;
#else
  int flags = 0;
#endif
  memset(&message, 0, sizeof message);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.room;
  message.msg_controllen = sizeof control.room;
  ssize_t n = recvmsg(socket, &message, flags);
  *out_count = n >= 0 ? unpack(&message, out_descriptors) : 0;
  if (flags == 0) keep_to_ourselves(out_descriptors, *out_count);
  return n;
}

weir_err weirp_passing_duplicate(intptr_t descriptor, int *out_descriptor) {
  if (descriptor < 0 || descriptor > INT_MAX) return WEIR_EBADF;
  *out_descriptor = fcntl((int)descriptor, F_DUPFD_CLOEXEC, 0);
  return *out_descriptor < 0 ? weirp_error_last() : WEIR_OK;
}
