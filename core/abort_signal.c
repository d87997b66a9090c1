/*
 * Abort signals: who is to be ended, and from which thread. What ending means is decided by those
 * who listen.
 *
 * A signal may outlive its loop and be fired by any thread at any time, so it never goes to the
 * loop but through a door, which lives as long as either: who is inside keeps the loop from going.
 * Nobody stays there for longer than it takes to post.
 */
#include "core/abort_signal.h"

#include <assert.h>
#include <stdlib.h>

/* What is added to `inside` when the loop goes; more than there can be threads. */
enum { SHUT = 1 << 30 };

struct weirc_door {
  weirc_atomic_int inside;     /* Threads that are inside, and SHUT. */
  weirc_atomic_int references; /* The loop's, and one of each signal. */
  weir_loop *loop;             /* Good for whoever is inside. */
};

struct weir_abort_signal {
  weirc_atomic_int references;
  weirc_atomic_int aborted; /* 0 or 1. */
  weirc_door *door;
  weirc_link listeners; /* The loop's thread only; in the order of coming. */
  weirc_post post;      /* Out at most once: only the first weir_abort() posts. */
};

static void run(weir_loop *loop, weir_err status, void *user);

static weirc_door *door_of(weir_loop *loop) {
  if (loop->door) return loop->door;
  weirc_door *door = calloc(1, sizeof *door);
  if (!door) return NULL;
  weirc_atomic_int_store(&door->references, 1);
  door->loop = loop;
  loop->door = door;
  return door;
}

static void door_release(weirc_door *door) {
  if (weirc_atomic_int_fetch_add(&door->references, -1) == 1) free(door);
}

static void leave(weirc_door *door) {
  (void)weirc_atomic_int_fetch_add(&door->inside, -1);
}

/* True: the loop stays until leave(). */
static bool enter(weirc_door *door) {
  if (weirc_atomic_int_fetch_add(&door->inside, 1) < SHUT) return true;
  leave(door);
  return false;
}

weir_err weir_abort_signal_create(weir_loop *loop, weir_abort_signal **out_signal) {
  if (out_signal) *out_signal = NULL;
  if (!loop || !out_signal) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_loop_refuses(loop);
  if (err != WEIR_OK) return err;
  weirc_loop_claim(loop);
  weirc_door *door = door_of(loop);
  weir_abort_signal *signal = door ? calloc(1, sizeof *signal) : NULL;
  if (!signal) return WEIR_ENOMEM;
  (void)weirc_atomic_int_fetch_add(&door->references, 1);
  weirc_atomic_int_store(&signal->references, 1);
  signal->door = door;
  signal->post.run = run;
  signal->post.user = signal;
  signal->post.kept = true;
  weirc_list_init(&signal->listeners);
  *out_signal = signal;
  return WEIR_OK;
}

weir_abort_signal *weir_abort_signal_retain(weir_abort_signal *signal) {
  if (signal) (void)weirc_atomic_int_fetch_add(&signal->references, 1);
  return signal;
}

void weir_abort_signal_release(weir_abort_signal *signal) {
  if (!signal || weirc_atomic_int_fetch_add(&signal->references, -1) != 1) return;
  assert(weirc_list_empty(&signal->listeners));
  door_release(signal->door);
  free(signal);
}

bool weir_abort_signal_aborted(const weir_abort_signal *signal) {
  return signal && weirc_atomic_int_load(&signal->aborted) != 0;
}

/* Ending somebody tells nothing at once, so nobody joins or leaves the list but who is ended; the
 * last of them may be the last to hold the signal. */
static void end_all(weir_abort_signal *signal) {
  (void)weir_abort_signal_retain(signal);
  while (!weirc_list_empty(&signal->listeners)) {
    weirc_abort_listener *listener =
        weirc_container(signal->listeners.next, weirc_abort_listener, link);
    weirc_list_remove(&listener->link);
    listener->end(listener->owner);
  }
  weir_abort_signal_release(signal);
}

static void run(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  if (status == WEIR_OK) end_all(user);
  weir_abort_signal_release(user);
}

/* Somebody holds a reference, so the signal is there. */
void weir_abort(weir_abort_signal *signal) {
  if (!signal) return;
  bool first = weirc_atomic_int_exchange(&signal->aborted, 1) == 0;
  weirc_door *door = signal->door;
  if (!enter(door)) return;
  weir_loop *loop = door->loop;
  bool own = weirc_atomic_int_load(&loop->thread) == weirc_thread_here();
  if (!own && first) {
    (void)weir_abort_signal_retain(signal);
    weirc_post_push(loop, &signal->post);
  }
  leave(door);
  /* Another thread's post may be on its way: this one does not wait for it. */
  if (own) end_all(signal);
}

weir_err weirc_abort_check(const weir_loop *loop, const weir_abort_signal *signal) {
  return !signal || signal->door == loop->door ? WEIR_OK : WEIR_ERR_INVALID_ARG_VALUE;
}

weirc_abort_listener *weirc_abort_listen(weir_loop *loop, weir_abort_signal *signal,
                                         void (*end)(void *owner), void *owner) {
  assert(signal->door == loop->door);
  weirc_abort_listener *listener = weirc_allocate(&loop->allocator, sizeof *listener);
  if (!listener) return NULL;
  listener->signal = weir_abort_signal_retain(signal);
  listener->end = end;
  listener->owner = owner;
  weirc_list_append(&signal->listeners, &listener->link);
  return listener;
}

void weirc_abort_unlisten(weir_loop *loop, weirc_abort_listener **listener) {
  weirc_abort_listener *gone = *listener;
  if (!gone) return;
  *listener = NULL;
  weirc_list_remove(&gone->link);
  weir_abort_signal_release(gone->signal);
  weirc_release(&loop->allocator, gone);
}

/* The wait is for threads between enter() and leave(), where nothing blocks. */
void weirc_abort_signals_end(weir_loop *loop) {
  weirc_door *door = loop->door;
  if (!door) return;
  (void)weirc_atomic_int_fetch_add(&door->inside, SHUT);
  while (weirc_atomic_int_load(&door->inside) != SHUT) {
  }
  while (weirc_posts_waiting(loop)) weirc_posts_run(loop);
  weirc_steps_finish(loop);
  loop->door = NULL;
  door_release(door);
}
