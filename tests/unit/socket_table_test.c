/* The table of transitions, entry by entry: from each state with each call and each event of the
 * transport, which effects follow and in which order. Writes that are refused never reach the
 * machine and are not here. */
#include "core/socket_state.h"

#include "tests/support/test.h"

/* One thing that happens and what has to be done. */
typedef struct happening {
  weirc_socket_event event;
  unsigned effects;
} happening;

#define NOTHING WEIRC_DO_NOTHING
#define DRIVE(state, ...)                                                                          \
  drive(state, (const happening[]){__VA_ARGS__},                                                   \
        sizeof((const happening[]){__VA_ARGS__}) / sizeof(happening))

static void drive(weirc_socket_state *state, const happening *happenings, size_t count) {
  for (size_t i = 0; i < count; i++) {
    unsigned effects = weirc_socket_step(state, happenings[i].event);
    if (effects != happenings[i].effects)
      fail_msg("happening %zu, event %d: effects %u, not %u", i, (int)happenings[i].event, effects,
               happenings[i].effects);
  }
}

/* The states of the table. */
static weirc_socket_state fresh(bool half_open) {
  weirc_socket_state state = {0};
  state.allow_half_open = half_open;
  return state;
}

static weirc_socket_state connecting(void) {
  weirc_socket_state state = fresh(false);
  DRIVE(&state, {WEIRC_SOCKET_CONNECT, NOTHING});
  return state;
}

static weirc_socket_state open_socket(bool half_open) {
  weirc_socket_state state = fresh(half_open);
  DRIVE(&state, {WEIRC_SOCKET_CONNECT, NOTHING}, {WEIRC_SOCKET_CONNECTED, NOTHING},
        {WEIRC_SOCKET_READY, NOTHING});
  return state;
}

static weirc_socket_state flushing(void) {
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_QUEUED, NOTHING}, {WEIRC_SOCKET_END, NOTHING});
  return state;
}

static weirc_socket_state fin_under_way(void) {
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_END, WEIRC_DO_SEND_FIN});
  return state;
}

static weirc_socket_state finished(void) {
  weirc_socket_state state = fin_under_way();
  DRIVE(&state, {WEIRC_SOCKET_FIN_SENT, WEIRC_DO_FINISH}, {WEIRC_SOCKET_FINISH, NOTHING},
        {WEIRC_SOCKET_FINISH_TOLD, NOTHING});
  return state;
}

static weirc_socket_state half_open(void) {
  weirc_socket_state state = open_socket(true);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_END_TOLD, NOTHING});
  return state;
}

static weirc_socket_state auto_ended(void) {
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_QUEUED, NOTHING}, {WEIRC_SOCKET_PEER_END, NOTHING},
        {WEIRC_SOCKET_END_TOLD, WEIRC_DO_AUTO_END}, {WEIRC_SOCKET_AUTO_END, NOTHING});
  return state;
}

static weirc_socket_state destroyed(void) {
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE_TRANSPORT});
  return state;
}

/* 'finish' is told and the socket goes. */
#define FINISH_AND_GO                                                                              \
  {WEIRC_SOCKET_FINISH, NOTHING}, {WEIRC_SOCKET_FINISH_TOLD, WEIRC_DO_DESTROY}, {                  \
    WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE_TRANSPORT                                                 \
  }

static void destroyed_at_once(weirc_socket_state state) {
  DRIVE(&state, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE_TRANSPORT}, {WEIRC_SOCKET_DESTROY, NOTHING});
  assert_int_equal(state.transport, WEIRC_TRANSPORT_DESTROYED);
}

static void reset_at_once(weirc_socket_state state) {
  DRIVE(&state, {WEIRC_SOCKET_RESET, WEIRC_DO_RESET});
}

static void fresh_row(void **unused) {
  (void)unused;
  weirc_socket_state state = fresh(false);
  DRIVE(&state, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE});
  state = fresh(false);
  DRIVE(&state, {WEIRC_SOCKET_RESET, WEIRC_DO_REFUSE}, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE});
  state = fresh(false);
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, WEIRC_DO_FINISH}, {WEIRC_SOCKET_FINISH, NOTHING},
        {WEIRC_SOCKET_FINISH_TOLD, WEIRC_DO_DESTROY}, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE});
}

/* Recommendation 4: end() waits for the connection. */
static void end_of_a_fresh_socket_waits_for_the_connection(void **unused) {
  (void)unused;
  weirc_socket_state state = fresh(false);
  DRIVE(&state, {WEIRC_SOCKET_END, NOTHING});
  assert_int_equal(state.transport, WEIRC_TRANSPORT_NONE);
  assert_int_equal(state.write, WEIRC_WRITE_ENDING);
  DRIVE(&state, {WEIRC_SOCKET_CONNECT, NOTHING}, {WEIRC_SOCKET_CONNECTED, NOTHING},
        {WEIRC_SOCKET_READY, WEIRC_DO_SEND_FIN}, {WEIRC_SOCKET_FIN_SENT, WEIRC_DO_FINISH});
}

static void connecting_row(void **unused) {
  (void)unused;
  destroyed_at_once(connecting());
  weirc_socket_state state = connecting();
  DRIVE(&state, {WEIRC_SOCKET_QUEUED, NOTHING}, {WEIRC_SOCKET_END, NOTHING},
        {WEIRC_SOCKET_CONNECTED, NOTHING}, {WEIRC_SOCKET_READY, NOTHING},
        {WEIRC_SOCKET_FLUSHED, WEIRC_DO_SEND_FIN});
  state = connecting();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, NOTHING}, {WEIRC_SOCKET_CONNECTED, NOTHING},
        {WEIRC_SOCKET_READY, WEIRC_DO_FINISH}, FINISH_AND_GO);
  state = connecting();
  DRIVE(&state, {WEIRC_SOCKET_RESET, NOTHING}, {WEIRC_SOCKET_CONNECTED, NOTHING},
        {WEIRC_SOCKET_READY, WEIRC_DO_RESET});
}

static void open_row(void **unused) {
  (void)unused;
  destroyed_at_once(open_socket(false));
  reset_at_once(open_socket(false));
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_QUEUED, NOTHING}, {WEIRC_SOCKET_FLUSHED, NOTHING});
  assert_int_equal(state.write, WEIRC_WRITE_OPEN);
  DRIVE(&state, {WEIRC_SOCKET_END, WEIRC_DO_SEND_FIN});
  assert_int_equal(state.write, WEIRC_WRITE_ENDING);
  state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, WEIRC_DO_FINISH}, FINISH_AND_GO);
  state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_QUEUED, NOTHING}, {WEIRC_SOCKET_DESTROY_SOON, NOTHING},
        {WEIRC_SOCKET_FLUSHED, WEIRC_DO_FINISH}, FINISH_AND_GO);
}

static void the_peers_end_of_an_open_socket(void **unused) {
  (void)unused;
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_END_TOLD, WEIRC_DO_AUTO_END},
        {WEIRC_SOCKET_AUTO_END, WEIRC_DO_FINISH}, FINISH_AND_GO);
  state = open_socket(true);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_END_TOLD, NOTHING});
  assert_int_equal(state.write, WEIRC_WRITE_OPEN);
  assert_int_equal(state.ended_by_peer, 0);
}

/* The option counts when the end was told, and writing inside 'end' is still legal. */
static void the_automatic_end_asks_late(void **unused) {
  (void)unused;
  weirc_socket_state state = open_socket(true);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING});
  state.allow_half_open = 0;
  DRIVE(&state, {WEIRC_SOCKET_END_TOLD, WEIRC_DO_AUTO_END});
  state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_QUEUED, NOTHING},
        {WEIRC_SOCKET_END_TOLD, WEIRC_DO_AUTO_END}, {WEIRC_SOCKET_AUTO_END, NOTHING},
        {WEIRC_SOCKET_FLUSHED, WEIRC_DO_FINISH}, FINISH_AND_GO);
}

static void destroying_inside_end_leaves_only_close(void **unused) {
  (void)unused;
  weirc_socket_state state = open_socket(false);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE_TRANSPORT},
        {WEIRC_SOCKET_END_TOLD, NOTHING});
}

static void flushing_row(void **unused) {
  (void)unused;
  destroyed_at_once(flushing());
  reset_at_once(flushing());
  weirc_socket_state state = flushing();
  DRIVE(&state, {WEIRC_SOCKET_END, NOTHING}, {WEIRC_SOCKET_FLUSHED, WEIRC_DO_SEND_FIN});
  state = flushing();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, NOTHING}, {WEIRC_SOCKET_FLUSHED, WEIRC_DO_FINISH},
        FINISH_AND_GO);
  state = flushing();
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_END_TOLD, NOTHING},
        {WEIRC_SOCKET_FLUSHED, WEIRC_DO_FINISH}, FINISH_AND_GO);
}

static void fin_under_way_row(void **unused) {
  (void)unused;
  destroyed_at_once(fin_under_way());
  /* Recommendation 6: the FIN is given up. */
  reset_at_once(fin_under_way());
  weirc_socket_state state = fin_under_way();
  DRIVE(&state, {WEIRC_SOCKET_END, NOTHING}, {WEIRC_SOCKET_FIN_SENT, WEIRC_DO_FINISH},
        {WEIRC_SOCKET_END, NOTHING}, {WEIRC_SOCKET_FINISH, NOTHING},
        {WEIRC_SOCKET_FINISH_TOLD, NOTHING});
  state = fin_under_way();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, NOTHING}, {WEIRC_SOCKET_FIN_SENT, WEIRC_DO_FINISH},
        FINISH_AND_GO);
  state = fin_under_way();
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_END_TOLD, NOTHING},
        {WEIRC_SOCKET_FIN_SENT, WEIRC_DO_FINISH}, FINISH_AND_GO);
  state = fin_under_way();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE_TRANSPORT}, {WEIRC_SOCKET_FIN_SENT, NOTHING});
}

static void finished_row(void **unused) {
  (void)unused;
  destroyed_at_once(finished());
  reset_at_once(finished());
  weirc_socket_state state = finished();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, WEIRC_DO_DESTROY});
  state = finished();
  DRIVE(&state, {WEIRC_SOCKET_END, NOTHING});
  assert_int_equal(state.write, WEIRC_WRITE_FINISHED);
  DRIVE(&state, {WEIRC_SOCKET_PEER_END, NOTHING}, {WEIRC_SOCKET_END_TOLD, WEIRC_DO_DESTROY},
        {WEIRC_SOCKET_DESTROY, WEIRC_DO_CLOSE_TRANSPORT});
}

static void half_open_row(void **unused) {
  (void)unused;
  destroyed_at_once(half_open());
  reset_at_once(half_open());
  weirc_socket_state state = half_open();
  DRIVE(&state, {WEIRC_SOCKET_QUEUED, NOTHING}, {WEIRC_SOCKET_FLUSHED, NOTHING},
        {WEIRC_SOCKET_END, WEIRC_DO_FINISH}, FINISH_AND_GO);
  state = half_open();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, WEIRC_DO_FINISH}, FINISH_AND_GO);
}

static void auto_ended_row(void **unused) {
  (void)unused;
  destroyed_at_once(auto_ended());
  reset_at_once(auto_ended());
  weirc_socket_state state = auto_ended();
  assert_int_equal(state.ended_by_peer, 1);
  DRIVE(&state, {WEIRC_SOCKET_END, NOTHING}, {WEIRC_SOCKET_FLUSHED, WEIRC_DO_FINISH},
        FINISH_AND_GO);
  state = auto_ended();
  DRIVE(&state, {WEIRC_SOCKET_DESTROY_SOON, NOTHING}, {WEIRC_SOCKET_FLUSHED, WEIRC_DO_FINISH},
        FINISH_AND_GO);
}

static void destroyed_row(void **unused) {
  (void)unused;
  weirc_socket_state state = destroyed();
  DRIVE(&state, {WEIRC_SOCKET_END, NOTHING}, {WEIRC_SOCKET_DESTROY, NOTHING},
        {WEIRC_SOCKET_DESTROY_SOON, NOTHING}, {WEIRC_SOCKET_RESET, NOTHING},
        {WEIRC_SOCKET_READY, NOTHING}, {WEIRC_SOCKET_AUTO_END, NOTHING},
        {WEIRC_SOCKET_FINISH_TOLD, NOTHING}, {WEIRC_SOCKET_END_TOLD, NOTHING});
  assert_int_equal(state.transport, WEIRC_TRANSPORT_DESTROYED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fresh_row),
      cmocka_unit_test(end_of_a_fresh_socket_waits_for_the_connection),
      cmocka_unit_test(connecting_row),
      cmocka_unit_test(open_row),
      cmocka_unit_test(the_peers_end_of_an_open_socket),
      cmocka_unit_test(the_automatic_end_asks_late),
      cmocka_unit_test(destroying_inside_end_leaves_only_close),
      cmocka_unit_test(flushing_row),
      cmocka_unit_test(fin_under_way_row),
      cmocka_unit_test(finished_row),
      cmocka_unit_test(half_open_row),
      cmocka_unit_test(auto_ended_row),
      cmocka_unit_test(destroyed_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
