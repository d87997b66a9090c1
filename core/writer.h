/**
 * @file
 * @brief The queue of what a socket has written: chunks, and the batch of them that leaves
 * together.
 */
#ifndef WEIRC_WRITER_H
#define WEIRC_WRITER_H

#include "core/loop.h"
#include "weir/backend.h"
#include "weir/stream.h"

/** Bytes gathered into one send at the most, in pieces. */
enum { WEIRC_GATHER = 16 };

/** Bytes of a block that holds a short write, and of one that holds a long one. */
enum { WEIRC_SMALL_CHUNK_BYTES = 320, WEIRC_LARGE_CHUNK_BYTES = 65536 + 256 };

/** Memory of the program's that is being sent. */
typedef struct weirc_owned {
  void *data;                 /**< All of it. */
  size_t length;              /**< Bytes. */
  weir_bytes_release release; /**< Gives it back; may be NULL. */
  void *user;                 /**< Handed to it. */
} weirc_owned;

/** One write(), or the callback of one end(). Its bytes lie behind it, or a weirc_owned. */
typedef struct weirc_chunk {
  struct weirc_chunk *next;      /**< In its list. */
  weir_socket_callback callback; /**< Owed to the caller; may be NULL. */
  void *user;                    /**< Handed to it. */
  const char *message;           /**< Text of the error where it is not the code's own. */
  size_t length;                 /**< Of the whole write(). */
  const uint8_t *data;           /**< What is not taken yet. */
  size_t left;                   /**< Bytes of it. */
  intptr_t fd;                   /**< Goes with its first byte, and is closed with it; -1: none. */
  uint16_t error;                /**< The weir_err to tell. */
  uint8_t pool;                  /**< Where the block goes back to. */
  bool owned;                    /**< A weirc_owned lies behind it. */
} weirc_chunk;

/** A list of chunks that grows at its end. */
typedef struct weirc_chunk_list {
  weirc_chunk *first; /**< Oldest. */
  weirc_chunk **end;  /**< Where the next one is linked. */
} weirc_chunk_list;

/** What a socket has while something is queued, owed, or ending. */
typedef struct weirc_writer {
  weirc_chunk_list queue;          /**< Not taken by the system yet. */
  weirc_chunk_list done;           /**< To be told in a step. */
  weirc_chunk_list ends;           /**< Callbacks of end(). */
  weirc_chunk *batch_last;         /**< Last of those that leave together; NULL: none leave. */
  size_t length;                   /**< Bytes of the queue, each chunk whole. */
  unsigned corked;                 /**< cork() calls to be undone. */
  bool sending;                    /**< The send operation is out. */
  size_t left_seen;                /**< What the idle timer saw of the batch; 0: it has not come. */
  weir_send_op send;               /**< The send operation. */
  weir_op fin;                     /**< The shutdown operation. */
  weir_slice slices[WEIRC_GATHER]; /**< What the send operation sends. */
} weirc_writer;

/** Makes a list empty. */
static inline void weirc_chunks_init(weirc_chunk_list *list) {
  list->first = NULL;
  list->end = &list->first;
}

/** Puts a chunk last. */
static inline void weirc_chunks_append(weirc_chunk_list *list, weirc_chunk *chunk) {
  chunk->next = NULL;
  *list->end = chunk;
  list->end = &chunk->next;
}

/** Takes the first chunk out; NULL: there is none. */
static inline weirc_chunk *weirc_chunks_take(weirc_chunk_list *list) {
  weirc_chunk *chunk = list->first;
  if (!chunk) return NULL;
  list->first = chunk->next;
  if (!list->first) list->end = &list->first;
  return chunk;
}

/** Everything of one list becomes the content of another one. */
static inline void weirc_chunks_move(weirc_chunk_list *from, weirc_chunk_list *to) {
  weirc_chunks_init(to);
  if (!from->first) return;
  *to = *from;
  weirc_chunks_init(from);
}

/** A writer for a handle; NULL: no memory. */
weirc_writer *weirc_writer_create(weir_loop *loop, weir_handle *handle);

/** A chunk with room for so many bytes behind it; NULL: no memory. */
weirc_chunk *weirc_chunk_create(weir_loop *loop, size_t room);

/** Frees a chunk, and gives back what it owns. */
void weirc_chunk_free(weir_loop *loop, weirc_chunk *chunk);

/** The room behind a chunk, which is about to be filled with so many bytes to be sent. */
uint8_t *weirc_chunk_room(weirc_chunk *chunk, size_t length);

/** The bytes to be sent are the program's: `owned` is copied into the room behind the chunk. */
void weirc_chunk_own(weirc_chunk *chunk, const weirc_owned *owned);

/** Gives back what a chunk owns, if anything. */
void weirc_chunk_disown(weirc_chunk *chunk);

/** Makes all that is queued one batch. */
void weirc_writer_start_batch(weirc_writer *writer);

/**
 * Fills the send operation with the next pieces of the batch. One that has a descriptor leaves by
 * itself.
 * @return their bytes; 0: all of the batch was taken
 */
size_t weirc_writer_gather(weirc_writer *writer);

/** Notes that the system took so many bytes of the batch. */
void weirc_writer_consume(weirc_writer *writer, size_t bytes);

/** Moves a batch that was taken to those that are to be told. */
void weirc_writer_complete_batch(weir_loop *loop, weirc_writer *writer);

#endif
