/* An attempt as an object: its transport and how that ends. Which address is tried when is decided
 * in race.c. */
#include "core/attempt.h"

#include "core/race.h"

#include <assert.h>

weir_err weirc_attempt_start(weirc_race *race, const weir_address *remote,
                             const weir_address *local, const char **out_syscall) {
  weir_loop *loop = race->socket->object.loop;
  weirc_attempt *attempt = weirc_object_create(loop, sizeof *attempt, WEIRC_STEP_ATTEMPT);
  *out_syscall = "connect";
  if (!attempt) return WEIR_ENOMEM;
  attempt->connect.op.kind = WEIR_OP_CONNECT;
  attempt->connect.op.handle = weirc_handle(&attempt->object);
  attempt->connect.remote.transport = WEIR_TRANSPORT_TCP;
  attempt->connect.remote.address = *remote;
  weir_err err = weirc_socket_make_transport(race->socket, &attempt->connect, local, out_syscall);
  if (err != WEIR_OK) {
    weirc_attempt_give_up(attempt);
    return err;
  }
  attempt->race = race;
  weirc_list_append(&race->attempts, &attempt->object.link);
  race->running++;
  loop->ops->submit(loop->backend, &attempt->connect.op);
  return WEIR_OK;
}

static void leave_race(weirc_attempt *attempt) {
  if (!attempt->race) return;
  assert(attempt->race->running > 0);
  attempt->race->running--;
  attempt->race = NULL;
  weirc_list_remove(&attempt->object.link);
}

void weirc_attempt_give_up(weirc_attempt *attempt) {
  leave_race(attempt);
  weirc_object_close(&attempt->object, WEIR_CLOSE_PLAIN);
}

void weirc_attempt_hand_over(weirc_attempt *attempt, weirc_object *to) {
  weir_loop *loop = attempt->object.loop;
  leave_race(attempt);
  loop->ops->move(loop->backend, weirc_handle(&attempt->object), weirc_handle(to));
  weirc_object_free(&attempt->object);
}

void weirc_attempt_done(weirc_attempt *attempt) {
  if (attempt->race) weirc_race_attempt_done(attempt->race, attempt);
}

void weirc_attempt_closed(weirc_attempt *attempt) {
  assert(!attempt->race);
  weirc_object_free(&attempt->object);
}
