/* Look-ups as objects: asking, answering, giving up. What a socket or a server makes of the answer
 * is theirs. */
#include "core/lookup.h"

#include "core/error.h"

#include <assert.h>
#include <string.h>

struct weir_lookup {
  weir_resolve_op resolve; /* The system's, if it is asked. */
  weir_loop *loop;
  weirc_link link;
  weirc_lookup_told told; /* NULL: nobody waits. */
  void *owner;
  weir_lookup_cancel cancel;
  void *cancel_user;
  bool of_system;
  char host[];
};

static void lookup_free(weir_lookup *lookup) {
  weirc_list_remove(&lookup->link);
  weirc_release(&lookup->loop->allocator, lookup);
}

static weir_lookup *lookup_create(weir_loop *loop, const weirc_question *question) {
  size_t size = strlen(question->host) + 1;
  weir_lookup *lookup = weirc_allocate_zeroed(&loop->allocator, sizeof *lookup + size);
  if (!lookup) return NULL;
  memcpy(lookup->host, question->host, size);
  lookup->loop = loop;
  lookup->told = question->told;
  lookup->owner = question->owner;
  lookup->of_system = question->function == NULL;
  weirc_list_init(&lookup->link);
  weirc_list_append(&loop->lookups, &lookup->link);
  return lookup;
}

static void ask_system(weir_lookup *lookup, const weir_lookup_options *options) {
  weir_loop *loop = lookup->loop;
  lookup->resolve.op.kind = WEIR_OP_RESOLVE;
  lookup->resolve.host = lookup->host;
  lookup->resolve.family = options->family;
  lookup->resolve.hints = options->hints;
  loop->resolving++;
  loop->ops->submit(loop->backend, &lookup->resolve.op);
}

weir_err weirc_lookup_start(weir_loop *loop, const weirc_question *question,
                            weir_lookup **out_lookup) {
  weir_lookup *lookup = lookup_create(loop, question);
  if (!lookup) return WEIR_ENOMEM;
  *out_lookup = lookup;
  if (lookup->of_system)
    ask_system(lookup, &question->options);
  else
    question->function(lookup, lookup->host, &question->options, question->function_user);
  return WEIR_OK;
}

/* Tells a program's resolver once that nobody waits. */
static void tell_canceled(weir_lookup *lookup) {
  weir_lookup_cancel cancel = lookup->cancel;
  lookup->cancel = NULL;
  if (cancel) cancel(lookup, lookup->cancel_user);
}

void weirc_lookup_abandon(weir_lookup *lookup) {
  if (!lookup) return;
  lookup->told = NULL;
  if (lookup->of_system)
    lookup->loop->ops->cancel(lookup->loop->backend, &lookup->resolve.op);
  else
    tell_canceled(lookup);
}

const char *weirc_lookup_host(const weir_lookup *lookup) {
  return lookup->host;
}

bool weirc_lookup_is_usable(const weir_address *address) {
  return address->family == WEIR_FAMILY_IPV4 || address->family == WEIR_FAMILY_IPV6;
}

void weirc_lookup_refuse(const weir_address *address, const char *host, uint16_t port,
                         weirc_unusable *out_unusable) {
  weir_error *error = &out_unusable->error;
  *error = (weir_error)WEIR_ERROR_INIT;
  error->code = WEIR_ERR_INVALID_IP_ADDRESS;
  if (address->family == WEIR_FAMILY_NONE) return;
  weirc_error_family_text(address->family, host, port, out_unusable->text,
                          sizeof out_unusable->text);
  error->code = WEIR_ERR_INVALID_ADDRESS_FAMILY;
  error->message = out_unusable->text;
  error->host = host;
  error->address.port = port;
}

static void tell(weir_lookup *lookup, const weir_error *error, const weir_address *addresses,
                 size_t count) {
  weirc_lookup_told told = lookup->told;
  void *owner = lookup->owner;
  if (told) told(owner, error, addresses, count);
}

void weirc_lookup_resolved(weir_op *op) {
  weir_lookup *lookup = weirc_container((weir_resolve_op *)(void *)op, weir_lookup, resolve);
  weir_error error = weirc_error_of(lookup->loop, op->error, "getaddrinfo");
  assert(lookup->of_system && lookup->loop->resolving > 0);
  lookup->loop->resolving--;
  error.host = lookup->host;
  tell(lookup, op->error == WEIR_OK ? NULL : &error, lookup->resolve.addresses,
       lookup->resolve.count);
  lookup_free(lookup);
}

weir_err weir_lookup_answer(weir_lookup *lookup, const weir_error *error,
                            const weir_address *addresses, size_t count) {
  if (!lookup) return WEIR_ERR_INVALID_ARG_TYPE;
  assert(!lookup->of_system);
  weir_err err = lookup->told ? WEIR_OK : WEIR_ECANCELED;
  weir_error empty = weirc_error_of(lookup->loop, WEIR_ENOTFOUND, "getaddrinfo");
  empty.host = lookup->host;
  if (!error && (!addresses || count == 0)) error = &empty;
  tell(lookup, error, addresses, count);
  lookup_free(lookup);
  return err;
}

void weir_lookup_set_cancel(weir_lookup *lookup, weir_lookup_cancel cancel, void *user) {
  if (!lookup) return;
  lookup->cancel = cancel;
  lookup->cancel_user = user;
}

void weirc_lookup_free_all(weir_loop *loop) {
  while (!weirc_list_empty(&loop->lookups)) {
    weir_lookup *lookup = weirc_container(loop->lookups.next, weir_lookup, link);
    tell_canceled(lookup);
    /* It may have been answered inside. */
    if (loop->lookups.next == &lookup->link) lookup_free(lookup);
  }
}
