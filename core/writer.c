/* The write queue as a data structure. When what is sent and who is told is decided in
 * socket_write.c. */
#include "core/writer.h"

#include <assert.h>
#include <string.h>

enum { POOL_SMALL, POOL_LARGE, POOL_NONE };

weirc_writer *weirc_writer_create(weir_loop *loop, weir_handle *handle) {
  weirc_writer *writer = weirc_pool_take(&loop->writers, &loop->allocator);
  if (!writer) return NULL;
  memset(writer, 0, sizeof *writer);
  weirc_chunks_init(&writer->queue);
  weirc_chunks_init(&writer->done);
  weirc_chunks_init(&writer->ends);
  writer->send.op.kind = WEIR_OP_SEND;
  writer->send.op.handle = handle;
  writer->send.slices = writer->slices;
  writer->send.fd = -1;
  writer->fin.kind = WEIR_OP_SHUTDOWN;
  writer->fin.handle = handle;
  return writer;
}

static uint8_t pool_for(size_t size) {
  if (size <= WEIRC_SMALL_CHUNK_BYTES) return POOL_SMALL;
  return size <= WEIRC_LARGE_CHUNK_BYTES ? POOL_LARGE : POOL_NONE;
}

weirc_chunk *weirc_chunk_create(weir_loop *loop, size_t room) {
  if (room > SIZE_MAX - sizeof(weirc_chunk)) return NULL;
  size_t size = sizeof(weirc_chunk) + room;
  uint8_t pool = pool_for(size);
  weirc_chunk *chunk = pool == POOL_SMALL   ? weirc_pool_take(&loop->small_chunks, &loop->allocator)
                       : pool == POOL_LARGE ? weirc_pool_take(&loop->large_chunks, &loop->allocator)
                                            : weirc_allocate(&loop->allocator, size);
  if (!chunk) return NULL;
  memset(chunk, 0, sizeof *chunk);
  chunk->pool = pool;
  chunk->fd = -1;
  return chunk;
}

static void close_fd(weir_loop *loop, weirc_chunk *chunk) {
  if (chunk->fd >= 0) loop->ops->close_fd(loop->backend, chunk->fd);
  chunk->fd = -1;
}

void weirc_chunk_free(weir_loop *loop, weirc_chunk *chunk) {
  weirc_chunk_disown(chunk);
  close_fd(loop, chunk);
  if (chunk->pool == POOL_SMALL)
    weirc_pool_give(&loop->small_chunks, &loop->allocator, chunk);
  else if (chunk->pool == POOL_LARGE)
    weirc_pool_give(&loop->large_chunks, &loop->allocator, chunk);
  else
    weirc_release(&loop->allocator, chunk);
}

uint8_t *weirc_chunk_room(weirc_chunk *chunk, size_t length) {
  uint8_t *room = (uint8_t *)(chunk + 1);
  chunk->data = room;
  chunk->left = length;
  return room;
}

void weirc_chunk_own(weirc_chunk *chunk, const weirc_owned *owned) {
  assert(!chunk->owned);
  memcpy(chunk + 1, owned, sizeof *owned);
  chunk->owned = true;
  chunk->data = owned->data;
  chunk->left = owned->length;
}

void weirc_chunk_disown(weirc_chunk *chunk) {
  weirc_owned owned;
  if (!chunk->owned) return;
  memcpy(&owned, chunk + 1, sizeof owned);
  chunk->owned = false;
  chunk->data = NULL;
  chunk->left = 0;
  if (owned.release) owned.release(owned.data, owned.length, owned.user);
}

void weirc_writer_start_batch(weirc_writer *writer) {
  assert(writer->queue.first && !writer->batch_last);
  writer->batch_last = weirc_container(writer->queue.end, weirc_chunk, next);
  writer->left_seen = 0;
}

size_t weirc_writer_gather(weirc_writer *writer) {
  size_t total = 0;
  writer->send.count = 0;
  writer->send.fd = -1;
  for (weirc_chunk *chunk = writer->queue.first; writer->send.count < WEIRC_GATHER;
       chunk = chunk->next) {
    bool passes = chunk->fd >= 0 && chunk->left == chunk->length;
    if (passes && total > 0) break;
    if (passes) writer->send.fd = chunk->fd;
    if (chunk->left > 0) {
      writer->slices[writer->send.count++] = (weir_slice){chunk->data, chunk->left};
      total += chunk->left;
    }
    if (chunk == writer->batch_last || passes) break;
  }
  return total;
}

void weirc_writer_consume(weirc_writer *writer, size_t bytes) {
  for (weirc_chunk *chunk = writer->queue.first; bytes > 0; chunk = chunk->next) {
    assert(chunk);
    size_t part = chunk->left < bytes ? chunk->left : bytes;
    chunk->data += part;
    chunk->left -= part;
    bytes -= part;
  }
}

void weirc_writer_complete_batch(weir_loop *loop, weirc_writer *writer) {
  const weirc_chunk *last = writer->batch_last;
  bool more = true;
  while (more) {
    weirc_chunk *chunk = weirc_chunks_take(&writer->queue);
    assert(chunk && chunk->left == 0 && writer->length >= chunk->length);
    more = chunk != last;
    writer->length -= chunk->length;
    weirc_chunk_disown(chunk);
    close_fd(loop, chunk);
    if (chunk->callback)
      weirc_chunks_append(&writer->done, chunk);
    else
      weirc_chunk_free(loop, chunk);
  }
  writer->batch_last = NULL;
}
