/**
 * @file
 * @brief Streams: how they begin and when their memory goes.
 */
#ifndef WEIRB_IOCP_STREAM_H
#define WEIRB_IOCP_STREAM_H

#include "backends/iocp/state.h"

/** Makes a stream without object. @return NULL: no memory */
weirb_iocp_stream *weirb_iocp_stream_create(weir_backend *backend, weirb_iocp_handle *owner);

/** Gives a stream its object, from which on the port tells of it. The object stays the caller's on
 * failure. @return what the system says */
weir_err weirb_iocp_stream_open(weir_backend *backend, weirb_iocp_stream *stream, HANDLE object);

/** Has the port tell of an object: of a pipe only what is not over when it is begun. @return what
 * the system says */
weir_err weirb_iocp_stream_join(weir_backend *backend, HANDLE object, bool ipc);

/** Closes the object, if there is one; what the system is at it ends soon. */
void weirb_iocp_stream_close(weirb_iocp_stream *stream);

/** Gives the memory of a stream back if nobody has it any more: its owner, the system, a queue. */
void weirb_iocp_stream_free(weir_backend *backend, weirb_iocp_stream *stream);

/** Frees the pool. */
void weirb_iocp_stream_free_pool(weir_backend *backend);

#endif
