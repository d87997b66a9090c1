/**
 * @file
 * @brief What the ways to write have in common: whether a write may be, its record, its place in
 * the queue.
 */
#ifndef WEIRC_SOCKET_WRITE_H
#define WEIRC_SOCKET_WRITE_H

#include "core/socket.h"
#include "core/writer.h"

/** The bytes of one write. */
typedef struct weirc_slices {
  const weir_slice *slices; /**< In order. */
  size_t count;             /**< How many slices. */
  size_t length;            /**< Bytes in all of them. */
} weirc_slices;

/** Whether a write of so many bytes may be; if not, its callback is told in a step.
 * @return WEIR_OK, or what the caller is told */
weir_err weirc_socket_admit(weir_socket *socket, size_t length, weir_socket_callback callback,
                            void *user);

/** True if queuing so many bytes more would pass the socket's limit. */
bool weirc_socket_exceeds(const weir_socket *socket, size_t length);

/** A record of a write, with room for bytes behind it; NULL: no memory. */
weirc_chunk *weirc_socket_record(weir_socket *socket, size_t room, size_t length,
                                 weir_socket_callback callback, void *user);

/** The callback of a record that is in no list is told in a step. */
void weirc_socket_owe(weir_socket *socket, weirc_chunk *chunk, weir_err err, const char *message);

/** The system refused a write, which ends the socket, in a step, after its callback was told. */
void weirc_socket_fail_later(weir_socket *socket, weir_err err);

/** What a write is told that left whole: with a mark of 0 it waits for a drain all the same.
 * @return WEIR_OK or WEIR_WAIT_DRAIN */
weir_err weirc_socket_left_whole(weir_socket *socket);

/** A record joins the queue; without a send that is out, one is needed. @return as
 * weir_socket_write() */
weir_err weirc_socket_queue(weir_socket *socket, weirc_chunk *chunk, bool send);

#endif
