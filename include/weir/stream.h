/**
 * @file
 * @brief Sockets as streams: writing, ending, reading, pausing, pipes, text.
 */
#ifndef WEIR_STREAM_H
#define WEIR_STREAM_H

#include "weir/socket.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Sends bytes, at once as far as the system takes them; the rest is copied and queued.
 * @param socket where to
 * @param data borrowed for the length of the call
 * @param length bytes; 0 is legal and sends nothing
 * @param callback runs when all of it was taken by the system, or with an error; in the order of
 * the writes; may be NULL
 * @param user handed to callback
 * @return WEIR_OK: go on; WEIR_WAIT_DRAIN: taken, but wait for on_drain; otherwise nothing of it is
 * sent: WEIR_ERR_INVALID_ARG_TYPE: NULL, no callback runs; WEIR_ENOMEM: no room for a copy, no
 * callback runs and the socket goes on (if part was sent already it is destroyed instead, and the
 * callback runs); WEIR_ERR_STREAM_DESTROYED: the callback gets it; WEIR_ERR_STREAM_WRITE_AFTER_END,
 * WEIR_EPIPE (the peer has ended and with it this side): the callback gets it and the socket is
 * destroyed with it; WEIR_ERR_SOCKET_CLOSED: connect() was never called, the same; WEIR_ENOBUFS
 * with max_buffered_bytes: that much may not wait, the callback gets it and the socket goes on; any
 * other code: the system refused, the callback gets it and the socket is destroyed
 * @cost one system call when nothing is queued; no allocation without callback
 * @source STR-01, STR-02, STR-05, STR-08, STR-09, STR-13, STR-14, STR-15, STR-17
 */
WEIR_API weir_err weir_socket_write(weir_socket *socket, const void *data, size_t length,
                                    weir_socket_callback callback, void *user);

/**
 * Encodes a text and writes the bytes, which are what all counters count.
 * @param socket where to
 * @param text UTF-8, borrowed for the length of the call; may be NULL when length is 0
 * @param length bytes of it
 * @param encoding as in weir_encoding_encode()
 * @param callback as that of weir_socket_write()
 * @param user handed to callback
 * @return as weir_socket_write(); WEIR_ERR_UNKNOWN_ENCODING: nothing has changed, no callback runs;
 * WEIR_ENOMEM: the same
 * @cost UTF-8 that is not broken is only looked through; what takes more than 256 bytes in another
 * encoding needs memory meanwhile
 * @source STR-01, STR-18, STR-42
 */
WEIR_API weir_err weir_socket_write_text(weir_socket *socket, const char *text, size_t length,
                                         weir_encoding encoding, weir_socket_callback callback,
                                         void *user);

/**
 * Sends bytes and, with the first of them, a descriptor to the process at the other end of a local
 * connection, which is told it by on_fd: a listener (weir_server_fd()), a connection
 * (weir_socket_detach()), or anything else. It keeps its place among the other writes, and is a
 * write like them.
 * @param socket a connection to a path, or one that is being made
 * @param fd stays the caller's, who may close it when this returns
 * @param data copied
 * @param length bytes of data; at least one
 * @param callback as for weir_socket_write()
 * @param user handed to callback
 * @return as weir_socket_write(); nothing has changed and no callback runs:
 * WEIR_ERR_INVALID_ARG_TYPE: NULL, or no bytes; WEIR_ERR_INVALID_HANDLE_TYPE: no connection to a
 * path; WEIR_EBADF; WEIR_EMFILE; WEIR_ENOTSUP: the backend has no descriptors
 * @cost a descriptor and a copy of the bytes until the system has taken them
 * @source SRV-09, LSN-27
 */
WEIR_API weir_err weir_socket_write_fd(weir_socket *socket, intptr_t fd, const void *data,
                                       size_t length, weir_socket_callback callback, void *user);

/**
 * Sends the bytes of several slices as one write: one system call takes what it can, the rest is
 * copied and queued together. Otherwise as weir_socket_write().
 * @param socket where to
 * @param slices in order; they and their bytes are borrowed for the length of the call
 * @param count how many; none is a write of nothing
 * @param callback once for all of it; may be NULL
 * @param user handed to callback
 * @return as weir_socket_write()
 * @cost as weir_socket_write(); on POSIX systems a call for each 64 slices
 * @source STR-01, STR-05
 */
WEIR_API weir_err weir_socket_writev(weir_socket *socket, const weir_slice *slices, size_t count,
                                     weir_socket_callback callback, void *user);

/**
 * Gives memory back that weir_socket_write_owned() took: everything was taken by the system, or
 * nothing more of it will be. May run inside that call; must not call weir.
 * @param data as it was given
 * @param length as it was given
 * @param user as it was given
 */
typedef void (*weir_bytes_release)(void *data, size_t length, void *user);

/**
 * As weir_socket_write(), but never copies: what the system does not take at once is sent from
 * where it is.
 * @param socket where to
 * @param data not to be changed or freed until release runs
 * @param length bytes
 * @param release runs exactly once, before callback, unless the call returns
 * WEIR_ERR_INVALID_ARG_TYPE, WEIR_ERR_WRONG_THREAD or WEIR_ENOMEM; NULL: the memory outlives the
 * socket
 * @param callback as weir_socket_write()'s
 * @param user handed to release and callback
 * @return as weir_socket_write(); after WEIR_ENOMEM nothing was sent, and the socket goes on
 * @cost a small record from a pool; one system call when nothing is queued
 * @source STR-01, STR-05
 */
WEIR_API weir_err weir_socket_write_owned(weir_socket *socket, void *data, size_t length,
                                          weir_bytes_release release, weir_socket_callback callback,
                                          void *user);

/** Holds writes back until uncork() was called as often; they leave together. @source STR-19 */
WEIR_API void weir_socket_cork(weir_socket *socket);

/** Undoes one cork(); surplus calls do nothing. @source STR-19 */
WEIR_API void weir_socket_uncork(weir_socket *socket);

/**
 * Sends a last piece and then the end of the stream; the peer may still send.
 * @param socket which
 * @param data written first as by weir_socket_write(), also if it is empty; NULL, with a length of
 * 0: nothing is
 * @param length bytes
 * @param callback runs right before on_finish, or with an error; may be NULL
 * @param user handed to callback
 * @return WEIR_OK, also when called again before 'finish'; what weir_socket_write() returns when
 * data was given and refused; WEIR_ERR_STREAM_ALREADY_FINISHED, WEIR_ERR_STREAM_DESTROYED: the
 * callback gets it, nothing else happens; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM: nothing has
 * changed
 * @source STR-23, STR-24, STR-25
 */
WEIR_API weir_err weir_socket_end(weir_socket *socket, const void *data, size_t length,
                                  weir_socket_callback callback, void *user);

/**
 * Encodes a last text, sends it, and then the end of the stream.
 * @param socket which
 * @param text UTF-8, borrowed for the length of the call; may be NULL when length is 0
 * @param length bytes of it
 * @param encoding as in weir_encoding_encode()
 * @param callback as that of weir_socket_end()
 * @param user handed to callback
 * @return as weir_socket_end(); WEIR_ERR_UNKNOWN_ENCODING: nothing has changed, no callback runs
 * @source STR-23, STR-42
 */
WEIR_API weir_err weir_socket_end_text(weir_socket *socket, const char *text, size_t length,
                                       weir_encoding encoding, weir_socket_callback callback,
                                       void *user);

/** Stops on_data. Bytes are still taken from the system up to the high water mark; with onread none
 * are. @source STR-33, STR-34, STR-47 */
WEIR_API void weir_socket_pause(weir_socket *socket);

/** Lets on_data come again, after the call has returned. Without on_data what comes is dropped.
 * @source STR-35 */
WEIR_API void weir_socket_resume(weir_socket *socket);

/**
 * Takes exactly `length` bytes of what was received or, when no more will come, what is left: reads
 * by asking, beside on_readable or without it. No on_data tells what was taken so. What
 * weir_socket_readable_length() says is everything.
 * @param socket which; one that was paused on connect begins to read
 * @param buffer gets the bytes; may be NULL when length is 0
 * @param length bytes; more than the high water mark and than there is raises the mark, to the next
 * power of two
 * @param out_length bytes taken; 0 with WEIR_OK: the end, or length is 0
 * @return WEIR_OK; WEIR_EAGAIN: there are fewer yet, and on_readable tells when more have come;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_OUT_OF_RANGE: more than 1 GiB;
 * WEIR_ERR_STREAM_DESTROYED: what was received is gone
 * @cost one copy; no system call unless the socket was not reading
 * @source STR-37, SRV-08
 */
WEIR_API weir_err weir_socket_read(weir_socket *socket, void *buffer, size_t length,
                                   size_t *out_length);

/** Options of weir_socket_pipe(). Start from WEIR_PIPE_OPTIONS_INIT. */
typedef struct weir_pipe_options {
  size_t size; /**< Set by WEIR_PIPE_OPTIONS_INIT. */
  bool end;    /**< End `to` when `from` has ended. */
} weir_pipe_options;

/** Defaults of weir_pipe_options. */
#define WEIR_PIPE_OPTIONS_INIT                                                                     \
  { sizeof(weir_pipe_options), true }

/**
 * from.pipe(to): whatever comes out of `from` is written into `to` as well, behind on_data. `from`
 * is paused while `to` waits for its drain, and ends it when it has ended. It begins to flow even
 * if it was paused; with on_readable or onread nothing flows.
 *
 * The pipe goes when `to` has finished, failed or closed: if that was the last one of `from`,
 * `from` stays paused. What else happens to `from`, an error or destroy(), leaves `to` as it is.
 * @param from where bytes come out; any number of pipes may lead out of it
 * @param to where they go; any number of pipes may lead into it. It may be `from` itself: an echo.
 * If it cannot keep what it must (WEIR_ENOMEM, or WEIR_ENOBUFS by max_buffered_bytes) it is
 * destroyed with that, as bytes would be missing.
 * @param options NULL: the defaults
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ARG_VALUE: they are of two
 * loops, or the options' size is not known; WEIR_EEXIST: piped there already;
 * WEIR_ERR_STREAM_DESTROYED; WEIR_ENOMEM
 * @cost what weir_socket_write() costs; bytes are copied only where that copies
 * @source STR-54
 */
WEIR_API weir_err weir_socket_pipe(weir_socket *from, weir_socket *to,
                                   const weir_pipe_options *options);

/**
 * Takes a pipe away; `from` is paused if it was the last one.
 * @param from NULL does nothing
 * @param to NULL: every one
 * @source STR-54
 */
WEIR_API void weir_socket_unpipe(weir_socket *from, weir_socket *to);

/** True if weir_socket_pause() was called last, not weir_socket_resume(); also with on_readable,
 * which stops the flow. */
WEIR_API bool weir_socket_is_paused(const weir_socket *socket);

/** Whether bytes are handed on as they come. */
typedef enum weir_flow {
  WEIR_FLOW_INITIAL, /**< Nobody asked yet: bytes are kept. Node's null. */
  WEIR_FLOW_FLOWING, /**< They go to on_data. Node's true. */
  WEIR_FLOW_PAUSED   /**< Paused: they are kept. Node's false. */
} weir_flow;

/** Node's readableFlowing. */
WEIR_API weir_flow weir_socket_readable_flowing(const weir_socket *socket);

/**
 * What on_data gets from now on is UTF-8 text, whole characters at a time: what a piece begins is
 * held back until the rest has come, or the end of input, which may bring a last on_data. What was
 * kept is converted. Counters of what came count bytes, weir_socket_readable_length() those of the
 * text. The encoding stays when the socket closes and connects again.
 * @param socket which
 * @param encoding WEIR_ENCODING_NONE: bytes again; what was held back comes as bytes. From one
 * encoding to another, or when the end of input is here already, what is held back is lost, as in
 * Node.
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_UNKNOWN_ENCODING; WEIR_ENOMEM: nothing
 * has changed
 * @cost UTF-8 that is cut between characters is handed on where it was received; other text is made
 * in memory that the loop keeps
 * @source STR-38, STR-39, STR-40, STR-41, STR-43, STR-44
 */
WEIR_API weir_err weir_socket_set_encoding(weir_socket *socket, weir_encoding encoding);

/** What weir_socket_set_encoding() set; WEIR_ENCODING_NONE: on_data gets bytes. */
WEIR_API weir_encoding weir_socket_encoding(const weir_socket *socket);

#ifdef __cplusplus
}
#endif
#endif
