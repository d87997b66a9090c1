/* The control of the uv backend: the same echo server straight on libuv, with no call and no byte
 * more than that takes. A connection is libuv's handle and nothing else; all read into one buffer;
 * what is read is written at once, and only what the system does not take becomes a request, for
 * which reading waits. */
#include "bench/control.h"
#include "bench/place.h"
#include "bench/process.h"
#include "bench/uv_memory.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { BUFFER_SIZE = 65536, BACKLOG = 511 };

/* What the system did not take. The handle's `data` while there is one. */
typedef struct rest {
  uv_write_t request;
  unsigned char bytes[];
} rest;

static struct uv_server {
  uv_loop_t loop;
  union {
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } listener;
  uv_tcp_t control_listener;
  uv_stream_t *asker; /* The control connection that is to be answered, or NULL. */
  bench_counts counts;
  char buffer[BUFFER_SIZE];
} server;

static void must(int result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, uv_strerror(result));
  bench_usage("the server cannot run");
}

static void answer(const char *text) {
  uv_buf_t piece = {(char *)(uintptr_t)text, strlen(text)}; /* libuv only reads. */
  if (uv_try_write(server.asker, &piece, 1) != (int)piece.len) bench_usage("no room for an answer");
}

static void answer_if_reached(void) {
  if (server.asker != NULL && bench_counts_reached(&server.counts)) answer("until\n");
}

static void give_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *out_memory) {
  (void)handle;
  (void)suggested;
  *out_memory = (uv_buf_t){server.buffer, sizeof server.buffer};
}

static void release(uv_handle_t *handle) {
  if (handle->data != NULL) bench_release(handle->data, &server.counts.memory);
  bench_release(handle, &server.counts.memory);
}

static void echo_ended(uv_handle_t *handle) {
  server.counts.connections--;
  release(handle);
  answer_if_reached();
}

static void drop(uv_stream_t *stream) {
  if (!uv_is_closing((uv_handle_t *)stream)) uv_close((uv_handle_t *)stream, echo_ended);
}

static void echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *memory);

static void rest_written(uv_write_t *request, int status) {
  uv_stream_t *stream = request->handle;
  if (status == UV_ECANCELED) return; /* The handle is closing; release() sees to the rest. */
  bench_release(stream->data, &server.counts.memory);
  stream->data = NULL;
  if (status < 0 || uv_read_start(stream, give_memory, echo) < 0) drop(stream);
}

/* Has libuv write what is left over, and reads no more until that is done. */
static int write_rest(uv_stream_t *stream, const char *data, size_t length) {
  rest *left = bench_allocate(sizeof *left + length, &server.counts.memory);
  if (left == NULL) return UV_ENOMEM;
  memcpy(left->bytes, data, length);
  stream->data = left;
  uv_buf_t piece = {(char *)left->bytes, length};
  (void)uv_read_stop(stream);
  return uv_write(&left->request, stream, &piece, 1, rest_written);
}

static void echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *memory) {
  if (n == 0) return;
  if (n < 0) {
    drop(stream);
    return;
  }
  uv_buf_t piece = {memory->base, (size_t)n};
  int sent = uv_try_write(stream, &piece, 1);
  if (sent == n) return;
  if (sent == UV_EAGAIN) sent = 0;
  if (sent < 0 || write_rest(stream, piece.base + sent, (size_t)(n - sent)) < 0) drop(stream);
}

static void end_all(uv_handle_t *handle, void *user) {
  (void)user;
  if (uv_is_closing(handle)) return;
  bool listens = handle == (uv_handle_t *)&server.listener ||
                 handle == (uv_handle_t *)&server.control_listener;
  uv_close(handle, listens ? NULL : release);
}

static void obey(uv_stream_t *stream, ssize_t n, const uv_buf_t *memory) {
  char text[BENCH_ANSWER_SIZE];
  if (n == 0) return;
  if (n < 0) {
    if (server.asker == stream) server.asker = NULL;
    uv_close((uv_handle_t *)stream, release);
    return;
  }
  server.asker = stream;
  switch (bench_control_take(&server.counts, memory->base, (size_t)n, text)) {
  case BENCH_REQUEST_ANSWER: answer(text); break;
  case BENCH_REQUEST_WAIT: answer_if_reached(); break;
  case BENCH_REQUEST_QUIT:
    server.asker = NULL;
    uv_walk(&server.loop, end_all, NULL);
    break;
  }
}

static uv_stream_t *accept_from(uv_stream_t *listener) {
  bool is_tcp = listener->type == UV_TCP;
  size_t size = is_tcp ? sizeof(uv_tcp_t) : sizeof(uv_pipe_t);
  uv_stream_t *stream = bench_allocate(size, &server.counts.memory);
  if (stream == NULL) bench_fail("malloc");
  must(is_tcp ? uv_tcp_init(&server.loop, (uv_tcp_t *)stream)
              : uv_pipe_init(&server.loop, (uv_pipe_t *)stream, 0),
       "uv_init");
  stream->data = NULL;
  must(uv_accept(listener, stream), "uv_accept");
  return stream;
}

static void accept_echo(uv_stream_t *listener, int status) {
  must(status, "uv_listen");
  must(uv_read_start(accept_from(listener), give_memory, echo), "uv_read_start");
  server.counts.connections++;
  answer_if_reached();
}

static void accept_control(uv_stream_t *listener, int status) {
  must(status, "uv_listen");
  must(uv_read_start(accept_from(listener), give_memory, obey), "uv_read_start");
}

static void listen_at(bench_place *place, uv_stream_t *listener, uv_connection_cb on_connection) {
  int fd = bench_place_listen(place, BACKLOG);
  if (place->is_tcp) {
    must(uv_tcp_init(&server.loop, (uv_tcp_t *)listener), "uv_tcp_init");
    must(uv_tcp_open((uv_tcp_t *)listener, fd), "uv_tcp_open");
  } else {
    must(uv_pipe_init(&server.loop, (uv_pipe_t *)listener, 0), "uv_pipe_init");
    must(uv_pipe_open((uv_pipe_t *)listener, fd), "uv_pipe_open");
  }
  must(uv_listen(listener, BACKLOG, on_connection), "uv_listen");
}

int main(int argc, char **argv) {
  bench_server_options given = bench_server_options_read(argc, argv);
  bench_place place = bench_place_parse(given.place);
  bench_place control = bench_place_parse("tcp:0");
  bench_pin(given.cpu);
  bench_raise_descriptor_limit();
  bench_uv_memory_count(&server.counts.memory);
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) bench_fail("signal");
  must(uv_loop_init(&server.loop), "uv_loop_init");
  listen_at(&place, &server.listener.stream, accept_echo);
  listen_at(&control, (uv_stream_t *)&server.control_listener, accept_control);
  bench_server_announce(given.place, place.is_tcp ? bench_place_bound_port(&place) : 0,
                        bench_place_bound_port(&control));
  (void)uv_run(&server.loop, UV_RUN_DEFAULT);
  must(uv_loop_close(&server.loop), "uv_loop_close");
  if (bench_place_path(given.place) != NULL) (void)unlink(bench_place_path(given.place));
  if (server.counts.memory.live == 0) return 0;
  fprintf(stderr, "%zu bytes were not given back\n", server.counts.memory.live);
  return 1;
}
