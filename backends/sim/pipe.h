/**
 * @file
 * @brief One direction of a connection: bytes under way, bytes that have arrived, and its end.
 */
#ifndef WEIRB_SIM_PIPE_H
#define WEIRB_SIM_PIPE_H

#include "backends/sim/world.h"

/** Segments that can be under way at once; further bytes travel with the last one. */
#define WEIRB_SIM_SEGMENTS 16u

/** Bytes that arrive together. */
typedef struct weirb_sim_segment {
  weir_time arrival; /**< When. */
  size_t length;     /**< How many. */
} weirb_sim_segment;

/** A pipe. It lies in the endpoint that reads from it; zeroed memory is an empty one. */
typedef struct weirb_sim_pipe {
  uint8_t *bytes;         /**< A ring. */
  size_t capacity;        /**< Its size, at most the world's buffer_bytes. */
  size_t start;           /**< The oldest byte in it. */
  size_t held;            /**< Bytes in it, those under way included. */
  size_t arrived;         /**< How many of them, from the oldest on, can be read. */
  weir_time latest;       /**< The latest arrival so far: nothing overtakes. */
  weir_time fin_at;       /**< When the end of the stream arrives, if the window has room. */
  size_t window;          /**< How many bytes may be held when it arrives. */
  weir_time reset_at;     /**< When the reset arrives. */
  bool fin_sent;          /**< fin_at is set. */
  bool fin_here;          /**< It has arrived. */
  bool reset_sent;        /**< reset_at is set. */
  bool reset_here;        /**< It has arrived. */
  unsigned first_segment; /**< The oldest under way. */
  unsigned segment_count; /**< How many are. */
  weirb_sim_segment segments[WEIRB_SIM_SEGMENTS]; /**< A ring, in order of arrival. */
} weirb_sim_pipe;

/**
 * Makes sure that the ring holds `want` bytes, or buffer_bytes if that is less.
 * @return WEIR_OK; WEIR_ENOMEM, and the pipe is as it was
 */
weir_err weirb_sim_pipe_reserve(weir_backend *world, weirb_sim_pipe *pipe, size_t want);

/** Bytes that can be put in with the memory there is. */
size_t weirb_sim_pipe_room(const weirb_sim_pipe *pipe);

/** Puts bytes in, at most the room there is. They are sent by weirb_sim_pipe_send(). */
void weirb_sim_pipe_put(weirb_sim_pipe *pipe, const void *bytes, size_t length);

/** Sends the last `length` bytes that were put in, as one segment. */
void weirb_sim_pipe_send(weir_backend *world, weirb_sim_pipe *pipe, size_t length);

/** Sends the end of the stream. */
void weirb_sim_pipe_send_fin(weir_backend *world, weirb_sim_pipe *pipe);

/** Sends a reset, behind everything that is under way; only the first one counts. */
void weirb_sim_pipe_send_reset(weir_backend *world, weirb_sim_pipe *pipe);

/** Drops bytes and an end of the stream that are under way; they will not arrive. */
void weirb_sim_pipe_drop_unarrived(weirb_sim_pipe *pipe);

/** Drops what has arrived. */
void weirb_sim_pipe_drop_arrived(weirb_sim_pipe *pipe);

/** When the next thing arrives; WEIR_TIME_NEVER: nothing is under way. */
weir_time weirb_sim_pipe_next(const weirb_sim_pipe *pipe);

/** Lets arrive what is due. @return how many bytes have arrived */
size_t weirb_sim_pipe_arrive(weirb_sim_pipe *pipe, weir_time now);

/** Takes bytes that have arrived, at most as many as there are. */
void weirb_sim_pipe_take(weirb_sim_pipe *pipe, uint8_t *into, size_t length);

/** Gives the pipe's memory back. */
void weirb_sim_pipe_free(weir_backend *world, weirb_sim_pipe *pipe);

#endif
