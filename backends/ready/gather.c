/* Decides how slices become calls. Does not decide what is sent, nor when. Kept apart from the send
 * of one slice, which is what nearly every message is. */
#include "backends/ready/gather.h"

#include "platform/error.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/fifo.h"

#include <errno.h>
#include <sys/socket.h>

/* Slices for one call: they fill a socket's buffer, and their copy lies on the stack. */
#define GATHER 64
/* Calls for one handle before others have their turn. */
#define CALLS 16

/* A place within slices. */
typedef struct cursor {
  const weir_slice *slice; /* The one to go on with. */
  const weir_slice *end;   /* Behind the last one. */
  size_t offset;           /* Bytes of `slice` that are sent. */
} cursor;

static void advance(cursor *at, size_t bytes) {
  while (at->slice < at->end && bytes >= at->slice->length - at->offset) {
    bytes -= at->slice->length - at->offset;
    at->slice++;
    at->offset = 0;
  }
  at->offset += bytes;
}

/* What the system's structs take, which have no pointer to const: it only reads. Returns the number
 * of pieces. */
static unsigned fill(struct iovec *pieces, const cursor *at, size_t *out_wanted) {
  unsigned used = 0;
  size_t wanted = 0, offset = at->offset;
  for (const weir_slice *s = at->slice; s < at->end && used < GATHER; s++, used++, offset = 0) {
    pieces[used].iov_base = (char *)(uintptr_t)s->data + offset;
    pieces[used].iov_len = s->length - offset;
    wanted += pieces[used].iov_len;
  }
  *out_wanted = wanted;
  return used;
}

static ssize_t send_one(int fd, const cursor *at, size_t *out_wanted) {
  *out_wanted = at->slice->length - at->offset;
  return send(fd, (const char *)at->slice->data + at->offset, *out_wanted, WEIRP_SEND_FLAGS);
}

static ssize_t send_gathered(int fd, const cursor *at, size_t *out_wanted) {
  struct iovec pieces[GATHER];
  struct msghdr message = {0};
  message.msg_iovlen = (uint8_t)fill(pieces, at, out_wanted); /* Signed here, unsigned there. */
  message.msg_iov = pieces;
  return sendmsg(fd, &message, WEIRP_SEND_FLAGS);
}

/* Only the calls of sockets have a flag against the signal, so they are tried first; a pipe is rare
 * beside them. */
static ssize_t write_pipe(int fd, const cursor *at, size_t *out_wanted) {
  struct iovec pieces[GATHER];
  unsigned used = fill(pieces, at, out_wanted);
  return weirp_fifo_write(fd, pieces, (int)used);
}

/* Sends on from a place until all is sent, the system takes no more, or `calls` are made.
 * WEIR_OK: with more left only if the calls are used up; WEIR_EAGAIN: no room. */
static weir_err send_from(int fd, cursor *at, unsigned calls, size_t *sent) {
  while (at->slice < at->end && calls-- > 0) {
    size_t wanted;
    ssize_t n;
    do {
      n = at->end - at->slice == 1 ? send_one(fd, at, &wanted) : send_gathered(fd, at, &wanted);
      if (n < 0 && errno == ENOTSOCK) n = write_pipe(fd, at, &wanted);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return weirp_error_last();
    *sent += (size_t)n;
    advance(at, (size_t)n);
    if ((size_t)n < wanted) return WEIR_EAGAIN;
  }
  return WEIR_OK;
}

ptrdiff_t weirb_ready_gather_try(int fd, const weir_slice *slices, size_t count) {
  cursor at = {slices, slices + count, 0};
  size_t sent = 0;
  advance(&at, 0); /* Past empty slices. */
  weir_err err = send_from(fd, &at, CALLS, &sent);
  return err == WEIR_OK || err == WEIR_EAGAIN ? (ptrdiff_t)sent : -(ptrdiff_t)err;
}

ptrdiff_t weirb_ready_gather_refused(void) {
  return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -(ptrdiff_t)weirp_error_last();
}

weir_err weirb_ready_gather_go_on(int fd, const weir_slice *slices, size_t count, size_t *sent,
                                  bool *out_more) {
  /* The place is found anew for each wake-up, which is rare beside the bytes a wake-up sends. */
  cursor at = {slices, slices + count, 0};
  advance(&at, *sent);
  weir_err err = send_from(fd, &at, CALLS, sent);
  *out_more = at.slice < at.end;
  return err;
}
