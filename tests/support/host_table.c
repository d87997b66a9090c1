/* A resolver that knows a table. Its look-ups run on weir's threads, so all it has is locked. */
#include "tests/support/host_table.h"

#include "backends/sim/hosts.h"
#include "platform/resolver.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  const weir_sim_name *names;
  size_t count;
  size_t hanging;
  size_t begun;
  size_t under_way;
  size_t most;
  bool released;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static const weir_sim_name *find(const char *host) {
  for (size_t i = 0; i < table.count; i++) {
    if (strcmp(table.names[i].host, host) == 0) return &table.names[i];
  }
  return NULL;
}

static void hang(void) {
  table.hanging++;
  pthread_cond_broadcast(&table.changed);
  while (!table.released) pthread_cond_wait(&table.changed, &table.lock);
  table.hanging--;
}

static weir_err answer(const weir_sim_name *name, weir_family family, int32_t hints,
                       weir_address **out_addresses, size_t *out_count) {
  if (!name) return WEIR_ENOTFOUND;
  if (name->error != WEIR_OK) return name->error;
  weir_address *addresses = malloc((name->count + 1) * sizeof *addresses);
  if (!addresses) return WEIR_ENOMEM;
  size_t count = weirb_sim_hosts_select(name, family, hints, addresses);
  if (count == 0) {
    free(addresses);
    return WEIR_ENOTFOUND;
  }
  *out_addresses = addresses;
  *out_count = count;
  return WEIR_OK;
}

static weir_err look_up(const char *host, weir_family family, int32_t hints,
                        weir_address **out_addresses, size_t *out_count) {
  pthread_mutex_lock(&table.lock);
  const weir_sim_name *name = find(host);
  table.begun++;
  if (++table.under_way > table.most) table.most = table.under_way;
  if (name && name->delay_ns == WEIR_TIME_NEVER) hang();
  table.under_way--;
  weir_err err = answer(name, family, hints, out_addresses, out_count);
  pthread_mutex_unlock(&table.lock);
  return err;
}

void host_table_use(const weir_sim_name *names, size_t count) {
  pthread_mutex_lock(&table.lock);
  table.names = names;
  table.count = count;
  table.begun = table.most = 0;
  table.released = false;
  pthread_mutex_unlock(&table.lock);
  weirp_resolver_replace(look_up);
}

void host_table_release(void) {
  pthread_mutex_lock(&table.lock);
  table.released = true;
  pthread_cond_broadcast(&table.changed);
  pthread_mutex_unlock(&table.lock);
}

void host_table_await_hanging(size_t count) {
  pthread_mutex_lock(&table.lock);
  while (table.hanging < count) pthread_cond_wait(&table.changed, &table.lock);
  pthread_mutex_unlock(&table.lock);
}

static size_t read_locked(const size_t *value) {
  pthread_mutex_lock(&table.lock);
  size_t seen = *value;
  pthread_mutex_unlock(&table.lock);
  return seen;
}

size_t host_table_begun(void) {
  return read_locked(&table.begun);
}

size_t host_table_most(void) {
  return read_locked(&table.most);
}

void host_table_restore(void) {
  host_table_release();
  weirp_resolver_rest();
  weirp_resolver_replace(NULL);
}
