/*
 * Piping: a consumer that writes what comes into another socket and waits for its drain. What a
 * source does is what Node's Readable.pipe() does, so a source that loses its last target is
 * paused, and its own failure leaves the targets alone.
 */
#include "core/socket_pipe.h"

#include "core/options.h"

#include <assert.h>

/* One target of one source. */
typedef struct pipe {
  weirc_link target; /* Among those out of `from`. */
  weirc_link source; /* Among those into `to`. */
  weir_socket *from;
  weir_socket *to;
  bool end;       /* `to` ends with `from`. */
  bool waits;     /* For the drain of `to`. */
  unsigned round; /* In which it was looked at last. */
} pipe;

static pipe *of_target(weirc_link *link) {
  return weirc_container(link, pipe, target);
}

static pipe *of_source(weirc_link *link) {
  return weirc_container(link, pipe, source);
}

/* The lists of a socket, made if need be; NULL: no memory. */
static weirc_pipes *pipes_of(weir_socket *socket) {
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra || extra->pipes) return extra ? extra->pipes : NULL;
  weirc_pipes *pipes = weirc_allocate_zeroed(&socket->object.loop->allocator, sizeof *pipes);
  if (!pipes) return NULL;
  weirc_list_init(&pipes->targets);
  weirc_list_init(&pipes->sources);
  extra->pipes = pipes;
  return pipes;
}

static weirc_pipes *pipes_if_any(const weir_socket *socket) {
  return socket->extra ? socket->extra->pipes : NULL;
}

static bool somebody_waits(const weir_socket *from) {
  weirc_link *all = &from->extra->pipes->targets;
  for (weirc_link *link = all->next; link != all; link = link->next)
    if (of_target(link)->waits) return true;
  return false;
}

static pipe *find(const weir_socket *from, const weir_socket *to) {
  weirc_pipes *pipes = pipes_if_any(from);
  if (!pipes) return NULL;
  for (weirc_link *link = pipes->targets.next; link != &pipes->targets; link = link->next)
    if (of_target(link)->to == to) return of_target(link);
  return NULL;
}

static void free_pipe(pipe *gone) {
  gone->from->extra->pipes->removals++;
  weirc_list_remove(&gone->target);
  weirc_list_remove(&gone->source);
  weirc_release(&gone->from->object.loop->allocator, gone);
}

/* A source without targets pauses. What waited for this one, which may never drain now, goes on if
 * somebody else consumes: other targets, or on_data if the wait was for a drain. */
static void leave(pipe *gone) {
  weir_socket *from = gone->from;
  bool waited = gone->waits;
  bool drains = gone->to->need_drain;
  free_pipe(gone);
  weirc_socket_refresh(from);
  if (weir_socket_destroyed(from)) return;
  if (!weirc_pipes_out_of(from)) weir_socket_pause(from);
  bool consumed = weirc_pipes_out_of(from) || (drains && from->handlers->on_data);
  if (waited && consumed && !somebody_waits(from)) weir_socket_resume(from);
}

/* What cannot be kept for a target would be missing there, so the target ends instead. Unless all
 * went well the pipe may be gone afterwards. */
static bool write(pipe *p, const uint8_t *data, size_t length) {
  weir_socket *to = p->to;
  bool waited = p->waits;
  p->waits = true;
  weir_err err = weir_socket_write(to, data, length, NULL, NULL);
  if (err == WEIR_ENOMEM || err == WEIR_ENOBUFS) weirc_socket_destroy_with(to, err, "write");
  if (err == WEIR_OK) p->waits = waited;
  return err == WEIR_OK;
}

static void end_target(pipe *p) {
  weir_socket *to = p->to;
  if (!p->end)
    leave(p);
  else if (weir_socket_end(to, NULL, 0, NULL, NULL) == WEIR_ENOMEM)
    weirc_socket_destroy_with(to, WEIR_ENOMEM, "write");
}

/* From a place in the list on, the first target that was not looked at in this round. */
static pipe *search(weirc_pipes *pipes, weirc_link *link) {
  while (link != &pipes->targets && of_target(link)->round == pipes->round) link = link->next;
  if (link == &pipes->targets) return NULL;
  of_target(link)->round = pipes->round;
  return of_target(link);
}

static pipe *first_target(weirc_pipes *pipes) {
  pipes->round++;
  return search(pipes, pipes->targets.next);
}

/* A target that is destroyed tells its resolver that nobody waits, and that may take any pipe away:
 * then the search begins at the first one. */
static pipe *next_target(weirc_pipes *pipes, const pipe *last, unsigned removals) {
  return search(pipes, pipes->removals == removals ? last->target.next : pipes->targets.next);
}

void weirc_pipes_write(weir_socket *from, const uint8_t *data, size_t length) {
  weirc_pipes *pipes = pipes_if_any(from);
  bool go_on = true;
  if (!pipes) return;
  unsigned removals = pipes->removals;
  for (pipe *p = first_target(pipes); p; p = next_target(pipes, p, removals)) {
    removals = pipes->removals;
    if (!write(p, data, length)) go_on = false;
  }
  if (!go_on && somebody_waits(from)) weir_socket_pause(from);
}

void weirc_pipes_drained(weir_socket *to) {
  weirc_pipes *pipes = pipes_if_any(to);
  if (!pipes) return;
  for (weirc_link *link = pipes->sources.next; link != &pipes->sources; link = link->next) {
    pipe *p = of_source(link);
    if (!p->waits) continue;
    p->waits = false;
    if (!somebody_waits(p->from)) weir_socket_resume(p->from);
  }
}

void weirc_pipes_ended(weir_socket *from) {
  weirc_pipes *pipes = pipes_if_any(from);
  if (!pipes) return;
  unsigned removals = pipes->removals;
  for (pipe *p = first_target(pipes); p; p = next_target(pipes, p, removals)) {
    removals = pipes->removals;
    end_target(p);
  }
}

void weirc_pipes_leave(weir_socket *to) {
  weirc_pipes *pipes = pipes_if_any(to);
  while (pipes && !weirc_list_empty(&pipes->sources)) leave(of_source(pipes->sources.next));
}

void weirc_pipes_closed(weir_socket *socket) {
  weirc_pipes *pipes = pipes_if_any(socket);
  if (!pipes) return;
  weirc_pipes_leave(socket);
  while (!weirc_list_empty(&pipes->targets)) free_pipe(of_target(pipes->targets.next));
}

static weir_err refuse(const weir_socket *from, const weir_socket *to) {
  if (from->object.loop != to->object.loop) return WEIR_ERR_INVALID_ARG_VALUE;
  if (weir_socket_destroyed(from) || weir_socket_destroyed(to)) return WEIR_ERR_STREAM_DESTROYED;
  return find(from, to) ? WEIR_EEXIST : WEIR_OK;
}

/* Behind the end there is only the end to pass on; otherwise bytes flow as soon as they may. */
static void start(pipe *made) {
  weir_socket *from = made->from;
  if (from->state.read_ended) {
    weirc_step_queue_kind(&from->object, WEIRC_STEP_PIPE_END);
  } else if (weir_socket_writable_need_drain(made->to)) {
    made->waits = true;
    weir_socket_pause(from);
  } else if (from->flow != WEIR_FLOW_FLOWING) {
    weir_socket_resume(from);
  }
}

weir_err weir_socket_pipe(weir_socket *from, weir_socket *to, const weir_pipe_options *given) {
  weir_pipe_options options = WEIR_PIPE_OPTIONS_INIT;
  if (!from || !to) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&from->object) || weirc_elsewhere(&to->object)) return WEIR_ERR_WRONG_THREAD;
  weir_err err = weirc_options_take(&options, sizeof options, given);
  if (err == WEIR_OK) err = refuse(from, to);
  if (err != WEIR_OK) return err;
  weirc_pipes *out = pipes_of(from);
  weirc_pipes *in = out ? pipes_of(to) : NULL;
  pipe *made = in ? weirc_allocate(&from->object.loop->allocator, sizeof *made) : NULL;
  if (!made) return WEIR_ENOMEM;
  *made = (pipe){.from = from, .to = to, .end = options.end, .round = out->round};
  weirc_list_append(&out->targets, &made->target);
  weirc_list_append(&in->sources, &made->source);
  weirc_socket_refresh(from);
  start(made);
  return WEIR_OK;
}

void weir_socket_unpipe(weir_socket *from, weir_socket *to) {
  if (!weirc_socket_here(from) || !weirc_pipes_out_of(from)) return;
  pipe *one = to ? find(from, to) : NULL;
  if (one) leave(one);
  while (!to && weirc_pipes_out_of(from)) leave(of_target(from->extra->pipes->targets.next));
}
