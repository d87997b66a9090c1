/* The attempts of a race, in Node's order: the next one begins when the last one has failed or its
 * time is up. Whose turn it is was decided in race_answer.c. */
#include "core/race.h"

#include "core/error.h"

#include <assert.h>

static bool goes_on(const weirc_race *race) {
  return race->socket->state.transport == WEIRC_TRANSPORT_CONNECTING;
}

weir_address weirc_local_for(const weir_address *local_address, uint16_t local_port,
                             const weir_address *remote) {
  weir_address local = *local_address;
  if (local.family == WEIR_FAMILY_NONE && local_port > 0) local.family = remote->family;
  local.port = local_port;
  return local;
}

static weir_error *note_failure(weirc_race *race, weir_err err, const char *syscall,
                                const weir_address *remote, const weir_address *local) {
  weir_error *error = &race->errors[race->error_count];
  bool binding = syscall[0] == 'b';
  assert(race->error_count < race->target_count);
  *error = weirc_error_of(race->socket->object.loop, err, syscall);
  error->address = binding ? *local : *remote;
  if (!binding && local->port > 0) error->local_address = *local;
  race->parts[race->error_count++] = error;
  return error;
}

static void tell_failed(weirc_race *race, const weir_address *remote, const weir_error *error) {
  weir_socket *socket = race->socket;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_ATTEMPT_FAILED, error->code,
              race->error_count);
  if (weirc_handler(socket, on_connection_attempt_failed))
    socket->handlers->on_connection_attempt_failed(socket, remote, error, socket->user);
}

/* Node's order: the address counts as attempted once its socket is bound. */
static void tell_attempt(weirc_race *race, const weir_address *remote) {
  weir_socket *socket = race->socket;
  race->attempted[race->attempted_count++] = *remote;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_ATTEMPT, race->attempted_count, 0);
  if (weirc_handler(socket, on_connection_attempt))
    socket->handlers->on_connection_attempt(socket, remote, socket->user);
}

/* What is blocked was not attempted, and nobody is told that it was. */
static void refuse(weirc_race *race, const weir_address *remote) {
  weir_error *error = &race->errors[race->error_count];
  assert(race->error_count < race->target_count);
  *error = weirc_error_blocked(remote);
  race->parts[race->error_count++] = error;
  tell_failed(race, remote, error);
}

/* @return false: it failed at once */
static bool attempt(weirc_race *race, const weir_address *remote) {
  if (weirc_socket_blocks(race->socket, remote)) {
    refuse(race, remote);
    return false;
  }
  weir_address local = weirc_local_for(&race->local_address, race->local_port, remote);
  const char *syscall;
  weir_err err = weirc_attempt_start(race, remote, &local, &syscall);
  if (!goes_on(race)) return false; /* Destroyed in before_connect. */
  if (err == WEIR_OK || syscall[0] != 'b') tell_attempt(race, remote);
  if (err == WEIR_OK) return true;
  if (goes_on(race)) tell_failed(race, remote, note_failure(race, err, syscall, remote, &local));
  return false;
}

static void fail(weirc_race *race) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = race->errors[0].code;
  error.message = "";
  error.errors = race->parts;
  error.error_count = race->error_count;
  weirc_socket_destroy(race->socket, &error, WEIR_CLOSE_PLAIN);
}

/* Begins the next attempt, if there is one; those that fail at once lead to the next. */
void weirc_race_run(weirc_race *race) {
  while (goes_on(race) && race->next < race->target_count) {
    if (!attempt(race, &race->targets[race->next++])) continue;
    if (goes_on(race) && race->next < race->target_count)
      weir_timer_start(race->timer, race->timeout_ms, 0);
    return;
  }
  if (goes_on(race) && race->running == 0) fail(race);
}

static void give_up_all(weirc_race *race) {
  while (!weirc_list_empty(&race->attempts)) {
    weirc_object *object = weirc_container(race->attempts.next, weirc_object, link);
    weirc_attempt_give_up((weirc_attempt *)object);
  }
}

/* Nothing of those that lost is left when 'connect' is told. */
static void win(weirc_race *race, weirc_attempt *winner) {
  weir_socket *socket = race->socket;
  weir_address remote = winner->connect.remote.address;
  weir_timer_stop(race->timer);
  weirc_attempt_hand_over(winner, &socket->object);
  give_up_all(race);
  weirc_socket_establish(socket, &remote);
}

void weirc_race_attempt_done(weirc_race *race, weirc_attempt *done) {
  weir_err err = done->connect.op.error;
  weir_address remote = done->connect.remote.address;
  if (err == WEIR_OK) {
    win(race, done);
    return;
  }
  weir_address local = weirc_local_for(&race->local_address, race->local_port, &remote);
  weirc_attempt_give_up(done);
  tell_failed(race, &remote, note_failure(race, err, "connect", &remote, &local));
  if (!goes_on(race)) return;
  if (race->next < race->target_count) weir_timer_stop(race->timer);
  weirc_race_run(race);
}

/* The attempt that runs is given up. */
static void tell_timeout(weirc_race *race) {
  weir_socket *socket = race->socket;
  weirc_object *object = weirc_container(race->attempts.next, weirc_object, link);
  weirc_attempt *slow = (weirc_attempt *)object;
  weir_address remote = slow->connect.remote.address;
  weir_address local = weirc_local_for(&race->local_address, race->local_port, &remote);
  weirc_attempt_give_up(slow);
  (void)note_failure(race, WEIR_ETIMEDOUT, "connect", &remote, &local);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_ATTEMPT_FAILED, WEIR_ETIMEDOUT,
              race->error_count);
  if (weirc_handler(socket, on_connection_attempt_timeout))
    socket->handlers->on_connection_attempt_timeout(socket, &remote, socket->user);
}

static void on_time(weir_timer *timer, void *user) {
  weirc_race *race = user;
  (void)timer;
  assert(race->running > 0);
  if (!race->overlaps) tell_timeout(race);
  weirc_race_run(race);
}

weir_err weirc_race_make_timer(weirc_race *race) {
  weir_err err = weir_timer_create(race->socket->object.loop, on_time, race, &race->timer);
  /* The socket holds the loop open, or does not. */
  if (err == WEIR_OK) weir_timer_unref(race->timer);
  return err;
}

void weirc_race_stop(weirc_race *race) {
  if (!race) return;
  weirc_lookup_abandon(race->lookup);
  race->lookup = NULL;
  weir_timer_free(race->timer);
  race->timer = NULL;
  give_up_all(race);
}
