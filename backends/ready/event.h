/**
 * @file
 * @brief What a poller tells: a descriptor and what it is ready for.
 *
 * On Linux this is what epoll fills in, so that nothing is copied there; the others write the same.
 */
#ifndef WEIRB_READY_EVENT_H
#define WEIRB_READY_EVENT_H

#include <stdint.h>

#ifdef __linux__
#include <sys/epoll.h>

/** An event: `events`, WEIRB_READY_TELLS_..., and `data.u64`, what was given with the descriptor.
 */
typedef struct epoll_event weirb_ready_event;

/** What is told. */
enum {
  WEIRB_READY_TELLS_IN = EPOLLIN,   /**< There is something to read, if only the end. */
  WEIRB_READY_TELLS_OUT = EPOLLOUT, /**< There is room to send. */
  WEIRB_READY_TELLS_ERROR = EPOLLERR,
  WEIRB_READY_TELLS_HANGUP = EPOLLHUP, /**< Both directions are over. */
  WEIRB_READY_TELLS_END = EPOLLRDHUP,  /**< The peer's is. By those that tell of a change only. */
  WEIRB_READY_TELLS_URGENT = EPOLLPRI  /**< Urgent bytes. The same. */
};

#else

/** As epoll has it. */
typedef struct weirb_ready_event {
  uint32_t events; /**< WEIRB_READY_TELLS_... */
  union {
    uint64_t u64;
  } data; /**< What was given with the descriptor. */
} weirb_ready_event;

/** The same. */
enum {
  WEIRB_READY_TELLS_IN = 1,
  WEIRB_READY_TELLS_OUT = 2,
  WEIRB_READY_TELLS_ERROR = 4,
  WEIRB_READY_TELLS_HANGUP = 8,
  WEIRB_READY_TELLS_END = 16,
  WEIRB_READY_TELLS_URGENT = 32
};

#endif
#endif
