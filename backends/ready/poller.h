/**
 * @file
 * @brief What epoll, kqueue and poll have to themselves: watching descriptors and waiting.
 */
#ifndef WEIRB_READY_POLLER_H
#define WEIRB_READY_POLLER_H

#include "backends/ready/event.h"
#include "weir/backend.h"

/** What a descriptor is watched for. */
enum {
  WEIRB_READY_TO_RECEIVE = 1u << 0, /**< For what comes. */
  WEIRB_READY_TO_SEND = 1u << 1,    /**< For room. */
  WEIRB_READY_TO_ACCEPT = 1u << 2   /**< For connections: told for as long as there are some. */
};

/** How one kind of system is asked. */
typedef struct weirb_ready_poller {
  /** It tells when something has changed, once; otherwise for as long as it is so. */
  bool tells_once;
  /** Begins; sets backend->system_fd or backend->system. @return what the system says */
  weir_err (*open)(weir_backend *backend);
  /** Ends, also after an open() that has failed. */
  void (*close)(weir_backend *backend);
  /** Watches a descriptor. @param data comes back with its events */
  weir_err (*watch)(weir_backend *backend, int fd, uint64_t data, unsigned interest);
  /** Watches it for something else, possibly for nothing. What was watched for before does not need
   * memory. */
  weir_err (*change)(weir_backend *backend, int fd, uint64_t data, unsigned before,
                     unsigned interest);
  /** Ends that. @param closes the descriptor is closed right behind this */
  void (*unwatch)(weir_backend *backend, int fd, unsigned before, bool closes);
  /** An event of a descriptor that was closed here came. NULL: of those there are no more events.
   */
  void (*stray)(weir_backend *backend, int fd);
  /** An error that was told with an event and that the system tells nobody any more; WEIR_OK: none.
   * NULL: errors stay until they are met. */
  weir_err (*lost_error)(weir_backend *backend, int fd);
  /** Waits until something is ready and fills backend->events. @param timeout_ms -1: no end
   * @return how many events, or -1 and errno */
  int (*wait)(weir_backend *backend, int timeout_ms);
} weirb_ready_poller;

#endif
