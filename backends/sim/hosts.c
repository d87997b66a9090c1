/* Decides what a name means in a simulated world; not when somebody hears of it. */
#include "backends/sim/hosts.h"

#include "weir/lookup.h"

#include <string.h>

static const weir_address loopback[] = {
    {WEIR_FAMILY_IPV4, 0, 0, 0, {127, 0, 0, 1}},
    {WEIR_FAMILY_IPV6, 0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
};

static const weir_sim_name localhost = {
    .host = "localhost", .addresses = loopback, .count = sizeof loopback / sizeof *loopback};

static bool is_good(const weir_sim_name *name) {
  if (name->host == NULL || name->host[0] == '\0') return false;
  if (name->count > 0 && name->addresses == NULL) return false;
  for (size_t i = 0; i < name->count; i++) {
    uint8_t family = name->addresses[i].family;
    if (family != WEIR_FAMILY_IPV4 && family != WEIR_FAMILY_IPV6) return false;
  }
  return true;
}

weir_err weirb_sim_hosts_check(const weir_sim_name *names, size_t count) {
  if (count > 0 && names == NULL) return WEIR_ERR_INVALID_ARG_VALUE;
  for (size_t i = 0; i < count; i++) {
    if (!is_good(&names[i])) return WEIR_ERR_INVALID_ARG_VALUE;
  }
  return WEIR_OK;
}

/* One block: the names, then all addresses, then all texts. */
static size_t bytes_of(const weir_sim_name *names, size_t count) {
  size_t bytes = count * sizeof *names;
  for (size_t i = 0; i < count; i++) {
    bytes += names[i].count * sizeof(weir_address) + strlen(names[i].host) + 1;
  }
  return bytes;
}

static void fill(weir_sim_name *copy, const weir_sim_name *names, size_t count) {
  weir_address *address = (weir_address *)(void *)(copy + count);
  for (size_t i = 0; i < count; i++) {
    copy[i] = names[i];
    copy[i].addresses = address;
    for (size_t j = 0; j < names[i].count; j++) *address++ = names[i].addresses[j];
  }
  char *text = (char *)address;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(names[i].host) + 1;
    copy[i].host = memcpy(text, names[i].host, length);
    text += length;
  }
}

weir_err weirb_sim_hosts_copy(weir_backend *world) {
  const weir_sim_name *names = world->options.names;
  size_t count = world->options.name_count;
  world->options.names = NULL;
  if (count == 0) return WEIR_OK;
  weir_sim_name *copy = weirb_sim_allocate(world, bytes_of(names, count));
  if (copy == NULL) return WEIR_ENOMEM;
  fill(copy, names, count);
  world->options.names = copy;
  return WEIR_OK;
}

void weirb_sim_hosts_free(weir_backend *world) {
  weirb_sim_release(world, (void *)(uintptr_t)world->options.names);
  world->options.names = NULL;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same(const char *a, const char *b) {
  while (*a != '\0' && lower(*a) == lower(*b)) {
    a++;
    b++;
  }
  return lower(*a) == lower(*b);
}

const weir_sim_name *weirb_sim_hosts_find(const weir_backend *world, const char *host) {
  for (size_t i = 0; i < world->options.name_count; i++) {
    if (is_same(world->options.names[i].host, host)) return &world->options.names[i];
  }
  return is_same(localhost.host, host) ? &localhost : NULL;
}

static weir_address mapped(const weir_address *ipv4) {
  weir_address address = {WEIR_FAMILY_IPV6, 0, 0, 0, {0}};
  address.bytes[10] = address.bytes[11] = 0xff;
  memcpy(address.bytes + 12, ipv4->bytes, 4);
  return address;
}

static size_t take_family(const weir_sim_name *name, weir_family family, weir_address *out) {
  size_t count = 0;
  for (size_t i = 0; i < name->count; i++) {
    if (family != WEIR_FAMILY_NONE && name->addresses[i].family != family) continue;
    out[count] = name->addresses[i];
    out[count++].port = 0;
  }
  return count;
}

static size_t take_mapped(const weir_sim_name *name, weir_address *out) {
  size_t count = 0;
  for (size_t i = 0; i < name->count; i++) {
    if (name->addresses[i].family == WEIR_FAMILY_IPV4) out[count++] = mapped(&name->addresses[i]);
  }
  return count;
}

size_t weirb_sim_hosts_select(const weir_sim_name *name, weir_family family, int32_t hints,
                              weir_address *out_addresses) {
  size_t count = take_family(name, family, out_addresses);
  /* The hint is for who can use IPv6 only; others get IPv4 as it is. */
  if (family != WEIR_FAMILY_IPV6 || !(hints & WEIR_LOOKUP_V4MAPPED)) return count;
  if (count > 0 && !(hints & WEIR_LOOKUP_ALL)) return count;
  return count + take_mapped(name, out_addresses + count);
}
