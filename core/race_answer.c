/* Asking for a name, and what is tried of the answer in which order: Node's rules for families. */
#include "core/race.h"

#include "core/error.h"
#include "weir/defaults.h"

#include <assert.h>
#include <string.h>

enum { ATTEMPT_TIMEOUT_LEAST_MS = 10, FAMILIES = 2 };

/* A part of the one block that holds all lists of a race. */
static void *cut(char **at, size_t bytes) {
  void *part = *at;
  *at += bytes;
  return part;
}

/* Everything an attempt may have to note later, so that it needs no memory then. */
static bool take_addresses(weirc_race *race, const weir_address *addresses, size_t count) {
  size_t each = 3 * sizeof *addresses + sizeof *race->errors + sizeof *race->parts;
  char *block = weirc_allocate_zeroed(&race->socket->object.loop->allocator, count * each);
  if (!block) return false;
  race->errors = cut(&block, count * sizeof *race->errors);
  race->parts = cut(&block, count * sizeof *race->parts);
  race->answer = cut(&block, count * sizeof *addresses);
  race->targets = cut(&block, count * sizeof *addresses);
  race->attempted = cut(&block, count * sizeof *addresses);
  race->answer_count = count;
  for (size_t i = 0; i < count; i++) {
    race->answer[i] = addresses[i];
    race->answer[i].port = race->port;
  }
  return true;
}

static void on_answer(void *owner, const weir_error *error, const weir_address *addresses,
                      size_t count) {
  weirc_race *race = owner;
  assert(!race->answered);
  race->lookup = NULL;
  race->answered = true;
  if (error)
    race->answer_error = weirc_error_copy(&race->socket->object.loop->allocator, error);
  else
    (void)take_addresses(race, addresses, count);
  weirc_step_queue_kind(&race->socket->object, WEIRC_STEP_LOOKUP);
}

static void tell_lookup(weir_socket *socket, const weir_error *error, const weir_address *address,
                        const char *host) {
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_LOOKUP, error ? error->code : 0,
              address ? address->family : 0);
  if (weirc_handler(socket, on_lookup))
    socket->handlers->on_lookup(socket, error, address, host, socket->user);
}

static bool waits(const weirc_race *race) {
  return race->socket->state.transport == WEIRC_TRANSPORT_CONNECTING;
}

static void tell_error(weirc_race *race) {
  weir_error no_memory = weirc_error_of(race->socket->object.loop, WEIR_ENOMEM, "getaddrinfo");
  const weir_error *error = race->answer_error ? race->answer_error : &no_memory;
  no_memory.host = race->host;
  tell_lookup(race->socket, error, NULL, race->host);
  if (waits(race)) weirc_socket_destroy(race->socket, error, WEIR_CLOSE_PLAIN);
}

static void refuse(weirc_race *race, const weir_address *first) {
  weirc_unusable unusable;
  weirc_lookup_refuse(first, race->host, race->port, &unusable);
  weirc_socket_destroy(race->socket, &unusable.error, WEIR_CLOSE_PLAIN);
}

static bool has(const weir_address *list, size_t count, const weir_address *address) {
  for (size_t i = 0; i < count; i++)
    if (weir_address_equal(&list[i], address)) return true;
  return false;
}

/*
 * The family of the first usable address leads, and the two alternate as long as both have some.
 * `attempted` is free until the first attempt and holds the other family meanwhile.
 */
static void order(weirc_race *race) {
  weir_address *lists[FAMILIES] = {race->targets, race->attempted};
  size_t counts[FAMILIES] = {0, 0};
  uint8_t leader = 0;
  for (size_t i = 0; i < race->answer_count; i++) {
    const weir_address *address = &race->answer[i];
    if (!weirc_lookup_is_usable(address)) continue;
    if (leader == 0) leader = address->family;
    size_t which = address->family == leader ? 0 : 1;
    if (!has(lists[which], counts[which], address)) lists[which][counts[which]++] = *address;
  }
  size_t total = counts[0] + counts[1];
  /* From the back, so that nothing is written over before it was moved. */
  size_t place = total;
  size_t first = counts[0];
  size_t second = counts[1];
  while (place > 0) {
    bool from_second = second > 0 && first <= second;
    race->targets[--place] = from_second ? lists[1][--second] : lists[0][--first];
  }
  race->target_count = total;
}

/* Tells each address, the useless ones as well. @return false: somebody ended the socket */
static bool tell_addresses(weirc_race *race) {
  size_t count = race->selects ? race->answer_count : 1;
  for (size_t i = 0; i < count && waits(race); i++)
    tell_lookup(race->socket, NULL, &race->answer[i], race->host);
  return waits(race);
}

void weirc_race_tell_answer(weirc_race *race) {
  if (!race->answered || !waits(race)) return;
  if (!race->answer) {
    tell_error(race);
    return;
  }
  if (!tell_addresses(race)) return;
  weirc_socket_refresh_timeout(race->socket);
  if (!race->selects) race->answer_count = 1;
  order(race);
  if (race->target_count == 0)
    refuse(race, &race->answer[0]);
  else if (race->target_count == 1)
    weirc_socket_connect_to(race->socket, &race->targets[0], &race->local_address,
                            race->local_port);
  else
    weirc_race_run(race);
}

static uint32_t attempt_timeout(const weir_loop *loop, const weir_connect_options *options) {
  uint32_t ms = options->auto_select_family_attempt_timeout_ms;
  if (ms == 0) ms = loop->attempt_timeout_ms;
  if (ms == 0) ms = weir_default_auto_select_family_attempt_timeout_ms();
  return ms < ATTEMPT_TIMEOUT_LEAST_MS ? ATTEMPT_TIMEOUT_LEAST_MS : ms;
}

static bool selects(const weir_loop *loop, const weir_connect_options *options) {
  weir_choice choice = options->auto_select_family;
  if (options->family != WEIR_FAMILY_NONE || options->local_address) return false;
  if (choice == WEIR_DEFAULT) choice = loop->auto_select_family;
  return choice == WEIR_DEFAULT ? weir_default_auto_select_family() : choice == WEIR_YES;
}

weirc_race *weirc_race_create(weir_socket *socket, const weir_connect_options *options,
                              const weir_address *local_address) {
  weir_loop *loop = socket->object.loop;
  const char *host = options->host && *options->host ? options->host : "localhost";
  weirc_race *race = weirc_allocate_zeroed(&loop->allocator, sizeof *race);
  if (!race) return NULL;
  race->socket = socket;
  race->port = (uint16_t)options->port;
  race->selects = selects(loop, options);
  race->overlaps = options->overlap_attempts;
  race->timeout_ms = attempt_timeout(loop, options);
  race->local_address = *local_address;
  race->local_port = options->local_port > 0 ? (uint16_t)options->local_port : 0;
  weirc_list_init(&race->attempts);
  race->host = weirc_copy_text(&loop->allocator, host, strlen(host));
  if (race->host && weirc_race_make_timer(race) == WEIR_OK) return race;
  weirc_race_free(race);
  return NULL;
}

void weirc_race_ask(weirc_race *race, const weir_connect_options *options) {
  weir_loop *loop = race->socket->object.loop;
  bool own = options->lookup != NULL;
  weirc_question question = {.host = race->host,
                             .options = {.size = sizeof(weir_lookup_options),
                                         .family = options->family,
                                         .hints = options->hints,
                                         .all = race->selects},
                             .function = own ? options->lookup : loop->lookup,
                             .function_user = own ? options->lookup_user : loop->lookup_user,
                             .told = on_answer,
                             .owner = race};
  if (options->hints < 0)
    question.options.hints = options->family == WEIR_FAMILY_NONE ? WEIR_LOOKUP_ADDRCONFIG : 0;
  if (weirc_lookup_start(loop, &question, &race->lookup) == WEIR_OK) return;
  race->answered = true;
  weirc_step_queue_kind(&race->socket->object, WEIRC_STEP_LOOKUP);
}

void weirc_race_free(weirc_race *race) {
  if (!race) return;
  const weir_allocator *allocator = &race->socket->object.loop->allocator;
  assert(!race->lookup && race->running == 0);
  weir_timer_free(race->timer);
  weirc_release(allocator, race->errors); /* The beginning of the one block. */
  weirc_release(allocator, race->answer_error);
  weirc_release(allocator, race->host);
  weirc_release(allocator, race);
}
