/* A resolver that knows a table. Its look-ups run on weir's threads, so all it has is locked. */
#include "tests/support/host_table.h"

#include "backends/sim/hosts.h"
#include "platform/resolver.h"
#include "platform/thread.h"

#include <stdlib.h>
#include <string.h>

static struct {
  weirp_mutex lock;
  weirp_condition changed;
  const weir_sim_name *names;
  size_t count;
  size_t hanging;
  size_t begun;
  size_t under_way;
  size_t most;
  bool released;
} table = {.lock = WEIRP_MUTEX_INIT, .changed = WEIRP_CONDITION_INIT};

static const weir_sim_name *find(const char *host) {
  for (size_t i = 0; i < table.count; i++) {
    if (strcmp(table.names[i].host, host) == 0) return &table.names[i];
  }
  return NULL;
}

static void hang(void) {
  table.hanging++;
  weirp_condition_broadcast(&table.changed);
  while (!table.released) weirp_condition_wait(&table.changed, &table.lock);
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
  weirp_mutex_lock(&table.lock);
  const weir_sim_name *name = find(host);
  table.begun++;
  if (++table.under_way > table.most) table.most = table.under_way;
  if (name && name->delay_ns == WEIR_TIME_NEVER) hang();
  table.under_way--;
  weir_err err = answer(name, family, hints, out_addresses, out_count);
  weirp_mutex_unlock(&table.lock);
  return err;
}

void host_table_use(const weir_sim_name *names, size_t count) {
  weirp_mutex_lock(&table.lock);
  table.names = names;
  table.count = count;
  table.begun = table.most = 0;
  table.released = false;
  weirp_mutex_unlock(&table.lock);
  weirp_resolver_replace(look_up);
}

void host_table_release(void) {
  weirp_mutex_lock(&table.lock);
  table.released = true;
  weirp_condition_broadcast(&table.changed);
  weirp_mutex_unlock(&table.lock);
}

void host_table_await_hanging(size_t count) {
  weirp_mutex_lock(&table.lock);
  while (table.hanging < count) weirp_condition_wait(&table.changed, &table.lock);
  weirp_mutex_unlock(&table.lock);
}

static size_t read_locked(const size_t *value) {
  weirp_mutex_lock(&table.lock);
  size_t seen = *value;
  weirp_mutex_unlock(&table.lock);
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
