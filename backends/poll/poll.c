/* Asks poll(). All descriptors are handed to the system with each wait and looked through behind
 * it, which is what is slow about it with many of them. One that nobody wants to hear of is left
 * out by a negative number: errors and hang-ups would be told of otherwise. */
#include "backends/poll/poll.h"

#include "backends/ready/ready.h"
#include "backends/ready/state.h"
#include "platform/error.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

typedef struct poll_set {
  struct pollfd *watched; /* In no order. */
  uint16_t *generations;  /* What its data says besides the descriptor. */
  size_t count, capacity;
  uint32_t *places; /* Where each descriptor is. */
  size_t places_size;
  size_t next; /* Where looking through begins, so that all have their turn. */
} poll_set;

static bool grow(const weir_allocator *allocator, void *array, size_t element, size_t count) {
  void **at = array;
  void *grown = allocator->reallocate(*at, element * count, allocator->user);
  if (grown == NULL) return false;
  *at = grown;
  return true;
}

static bool reserve(weir_backend *backend, poll_set *set, int fd) {
  const weir_allocator *allocator = &backend->allocator;
  if (set->count == set->capacity) {
    size_t capacity = set->capacity == 0 ? 32 : set->capacity * 2;
    if (!grow(allocator, &set->watched, sizeof *set->watched, capacity)) return false;
    if (!grow(allocator, &set->generations, sizeof *set->generations, capacity)) return false;
    set->capacity = capacity;
  }
  if ((size_t)fd < set->places_size) return true;
  size_t size = set->places_size * 2 > (size_t)fd ? set->places_size * 2 : (size_t)fd + 32;
  if (!grow(allocator, &set->places, sizeof *set->places, size)) return false;
  set->places_size = size;
  return true;
}

static void set_interest(struct pollfd *entry, int fd, unsigned interest) {
  entry->fd = interest != 0 ? fd : -1 - fd;
  entry->events = 0;
  if (interest & ~(unsigned)WEIRB_READY_TO_SEND) entry->events |= POLLIN;
  if (interest & WEIRB_READY_TO_SEND) entry->events |= POLLOUT;
}

static weir_err watch(weir_backend *backend, int fd, uint64_t data, unsigned interest) {
  poll_set *set = backend->system;
  if (!reserve(backend, set, fd)) return WEIR_ENOMEM;
  set->places[fd] = (uint32_t)set->count;
  set->generations[set->count] = (uint16_t)(data >> 32);
  set_interest(&set->watched[set->count++], fd, interest);
  return WEIR_OK;
}

static weir_err change(weir_backend *backend, int fd, uint64_t data, unsigned before,
                       unsigned interest) {
  const poll_set *set = backend->system;
  (void)data;
  (void)before;
  set_interest(&set->watched[set->places[fd]], fd, interest);
  return WEIR_OK;
}

static int fd_of(const struct pollfd *entry) {
  return entry->fd >= 0 ? entry->fd : -1 - entry->fd;
}

static void unwatch(weir_backend *backend, int fd, unsigned before, bool closes) {
  poll_set *set = backend->system;
  size_t place = set->places[fd];
  (void)before;
  (void)closes;
  assert(fd_of(&set->watched[place]) == fd);
  set->count--;
  set->watched[place] = set->watched[set->count];
  set->generations[place] = set->generations[set->count];
  set->places[fd_of(&set->watched[place])] = (uint32_t)place;
}

static uint32_t events_of(short revents) {
  uint32_t events = 0;
  if (revents & POLLIN) events |= WEIRB_READY_TELLS_IN;
  if (revents & POLLOUT) events |= WEIRB_READY_TELLS_OUT;
  if (revents & (POLLERR | POLLNVAL)) events |= WEIRB_READY_TELLS_ERROR;
  if (revents & POLLHUP) events |= WEIRB_READY_TELLS_HANGUP;
  return events;
}

static uint64_t data_at(const poll_set *set, size_t place) {
  return (uint64_t)set->generations[place] << 32 | (uint32_t)fd_of(&set->watched[place]);
}

static int wait(weir_backend *backend, int timeout_ms) {
  poll_set *set = backend->system;
  int left = poll(set->watched, (nfds_t)set->count, timeout_ms);
  int count = 0;
  if (left <= 0) return left;
  if (set->next >= set->count) set->next = 0;
  size_t at = set->next;
  do {
    short revents = set->watched[at].revents;
    if (revents != 0) {
      backend->events[count].events = events_of(revents);
      backend->events[count++].data.u64 = data_at(set, at);
      left--;
    }
    if (++at == set->count) at = 0;
  } while (left > 0 && count < (int)WEIRB_READY_EVENTS && at != set->next);
  set->next = at;
  return count;
}

static weir_err begin(weir_backend *backend) {
  poll_set *set = backend->allocator.allocate(sizeof *set, backend->allocator.user);
  if (set == NULL) return WEIR_ENOMEM;
  memset(set, 0, sizeof *set);
  backend->system = set;
  return WEIR_OK;
}

static void end(weir_backend *backend) {
  const weir_allocator *allocator = &backend->allocator;
  poll_set *set = backend->system;
  if (set == NULL) return;
  if (set->watched != NULL) allocator->release(set->watched, allocator->user);
  if (set->generations != NULL) allocator->release(set->generations, allocator->user);
  if (set->places != NULL) allocator->release(set->places, allocator->user);
  allocator->release(set, allocator->user);
}

static weir_err open_poll(const weir_backend_options *options, weir_backend **out_backend) {
  static const weirb_ready_poller poller = {.tells_once = false,
                                            .open = begin,
                                            .close = end,
                                            .watch = watch,
                                            .change = change,
                                            .unwatch = unwatch,
                                            .wait = wait};
  return weirb_ready_open(&poller, options, out_backend);
}

const weir_backend_ops weirb_poll_ops = WEIRB_READY_OPS("poll", open_poll, weirb_ready_try_send);
