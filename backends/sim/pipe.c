/* Decides when what is sent in one direction arrives and how much fits; not what either end makes
 * of it. */
#include "backends/sim/pipe.h"

#include <assert.h>
#include <string.h>

/* The least ring worth allocating, unless buffer_bytes is smaller. */
#define LEAST_CAPACITY ((size_t)1024)

/* What Linux has its peer send before it has read any of it. */
#define WINDOW ((size_t)65483)

static size_t wrap(const weirb_sim_pipe *pipe, size_t position) {
  return position >= pipe->capacity ? position - pipe->capacity : position;
}

static void copy_out(const weirb_sim_pipe *pipe, uint8_t *into, size_t length) {
  if (length == 0) return;
  size_t straight = pipe->capacity - pipe->start;
  if (straight > length) straight = length;
  memcpy(into, pipe->bytes + pipe->start, straight);
  memcpy(into + straight, pipe->bytes, length - straight);
}

static void drop_oldest(weirb_sim_pipe *pipe, size_t length) {
  assert(length <= pipe->held);
  pipe->held -= length;
  pipe->start = pipe->held == 0 ? 0 : wrap(pipe, pipe->start + length);
}

weir_err weirb_sim_pipe_reserve(weir_backend *world, weirb_sim_pipe *pipe, size_t want) {
  size_t limit = world->options.buffer_bytes;
  if (want > limit) want = limit;
  if (want <= pipe->capacity) return WEIR_OK;
  size_t capacity = pipe->capacity < limit / 2 ? pipe->capacity * 2 : limit;
  if (capacity < LEAST_CAPACITY) capacity = LEAST_CAPACITY;
  if (capacity < want) capacity = want;
  if (capacity > limit) capacity = limit;
  uint8_t *bytes = world->allocator->allocate(capacity, world->allocator->user);
  if (bytes == NULL) return WEIR_ENOMEM;
  copy_out(pipe, bytes, pipe->held);
  weirb_sim_release(world, pipe->bytes);
  pipe->bytes = bytes;
  pipe->capacity = capacity;
  pipe->start = 0;
  return WEIR_OK;
}

size_t weirb_sim_pipe_room(const weirb_sim_pipe *pipe) {
  return pipe->capacity - pipe->held;
}

void weirb_sim_pipe_put(weirb_sim_pipe *pipe, const void *bytes, size_t length) {
  assert(length <= weirb_sim_pipe_room(pipe));
  if (length == 0) return;
  size_t end = wrap(pipe, pipe->start + pipe->held);
  size_t straight = pipe->capacity - end;
  if (straight > length) straight = length;
  memcpy(pipe->bytes + end, bytes, straight);
  memcpy(pipe->bytes, (const uint8_t *)bytes + straight, length - straight);
  pipe->held += length;
}

static weir_time draw_arrival(weir_backend *world, weirb_sim_pipe *pipe) {
  weir_time arrival = weirb_sim_arrival(world);
  if (arrival > pipe->latest) pipe->latest = arrival;
  return pipe->latest;
}

void weirb_sim_pipe_send(weir_backend *world, weirb_sim_pipe *pipe, size_t length) {
  assert(length > 0 && !pipe->fin_sent);
  weir_time arrival = draw_arrival(world, pipe);
  if (pipe->segment_count == WEIRB_SIM_SEGMENTS) {
    unsigned last = (pipe->first_segment + WEIRB_SIM_SEGMENTS - 1) % WEIRB_SIM_SEGMENTS;
    pipe->segments[last].arrival = arrival;
    pipe->segments[last].length += length;
    return;
  }
  unsigned free_one = (pipe->first_segment + pipe->segment_count) % WEIRB_SIM_SEGMENTS;
  pipe->segments[free_one] = (weirb_sim_segment){arrival, length};
  pipe->segment_count += 1;
}

void weirb_sim_pipe_send_fin(weir_backend *world, weirb_sim_pipe *pipe) {
  if (pipe->fin_sent) return;
  pipe->fin_sent = true;
  pipe->window = world->options.buffer_bytes / 2;
  if (pipe->window > WINDOW) pipe->window = WINDOW;
  pipe->fin_at = draw_arrival(world, pipe);
}

void weirb_sim_pipe_send_reset(weir_backend *world, weirb_sim_pipe *pipe) {
  if (pipe->reset_sent) return;
  pipe->reset_sent = true;
  pipe->reset_at = draw_arrival(world, pipe);
}

void weirb_sim_pipe_drop_unarrived(weirb_sim_pipe *pipe) {
  pipe->held = pipe->arrived;
  pipe->segment_count = 0;
  if (!pipe->fin_here) pipe->fin_sent = false;
}

void weirb_sim_pipe_drop_arrived(weirb_sim_pipe *pipe) {
  drop_oldest(pipe, pipe->arrived);
  pipe->arrived = 0;
}

/* An end does not travel ahead of bytes that the reader's window has no room for. */
static bool fin_comes(const weirb_sim_pipe *pipe) {
  bool fits = pipe->held <= pipe->window;
  return pipe->fin_sent && !pipe->fin_here && fits && !pipe->reset_here;
}

weir_time weirb_sim_pipe_next(const weirb_sim_pipe *pipe) {
  if (pipe->segment_count > 0) return pipe->segments[pipe->first_segment].arrival;
  if (fin_comes(pipe)) return pipe->fin_at;
  if (pipe->reset_sent && !pipe->reset_here) return pipe->reset_at;
  return WEIR_TIME_NEVER;
}

size_t weirb_sim_pipe_arrive(weirb_sim_pipe *pipe, weir_time now) {
  size_t length = 0;
  while (pipe->segment_count > 0 && pipe->segments[pipe->first_segment].arrival <= now) {
    length += pipe->segments[pipe->first_segment].length;
    pipe->first_segment = (pipe->first_segment + 1) % WEIRB_SIM_SEGMENTS;
    pipe->segment_count -= 1;
  }
  pipe->arrived += length;
  assert(pipe->arrived <= pipe->held);
  bool all = pipe->segment_count == 0;
  if (all && fin_comes(pipe) && pipe->fin_at <= now) pipe->fin_here = true;
  if (all && pipe->reset_sent && pipe->reset_at <= now) pipe->reset_here = true;
  return length;
}

void weirb_sim_pipe_take(weirb_sim_pipe *pipe, uint8_t *into, size_t length) {
  assert(length <= pipe->arrived);
  copy_out(pipe, into, length);
  drop_oldest(pipe, length);
  pipe->arrived -= length;
}

void weirb_sim_pipe_free(weir_backend *world, weirb_sim_pipe *pipe) {
  weirb_sim_release(world, pipe->bytes);
  pipe->bytes = NULL;
  pipe->capacity = 0;
}
