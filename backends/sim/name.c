/* Decides which local names are there and who has them; not what happens on connections to them. */
#include "backends/sim/name.h"

#include <assert.h>
#include <string.h>

static bool is_abstract(const char *path, size_t length) {
  return length > 0 && path[0] == '\0';
}

/* True for the directory itself and for everything below it. */
static bool lies_in(const char *path, size_t length, const char *directory) {
  size_t prefix = strlen(directory);
  return length > prefix && memcmp(path, directory, prefix) == 0 && path[prefix] == '/';
}

weir_err weirb_sim_name_check(const char *path, size_t *in_length, bool refuse) {
  size_t length = *in_length;
  if (length == 0) return WEIR_EINVAL;
  if (!is_abstract(path, length) && memchr(path, '\0', length) != NULL) return WEIR_EINVAL;
  if (length > WEIRB_SIM_NAME_BYTES) {
    if (refuse) return WEIR_ENAMETOOLONG;
    length = WEIRB_SIM_NAME_BYTES;
  }
  *in_length = length;
  return WEIR_OK;
}

const weirb_sim_name *weirb_sim_name_find(const weir_backend *world, const char *path,
                                          size_t length) {
  if (length > WEIRB_SIM_NAME_BYTES) length = WEIRB_SIM_NAME_BYTES;
  const weirb_sim_name *name = world->names;
  while (name != NULL && (name->length != length || memcmp(name->bytes, path, length) != 0)) {
    name = name->next;
  }
  return name;
}

weir_err weirb_sim_name_bind(weir_backend *world, weirb_sim_endpoint *endpoint,
                             weir_endpoint *local, bool refuse) {
  size_t length = local->path_length;
  if (endpoint->name != NULL || endpoint->state != WEIRB_SIM_FRESH) return WEIR_EINVAL;
  weir_err err = weirb_sim_name_check(local->path, &length, refuse);
  if (err != WEIR_OK) return err;
  if (weirb_sim_name_find(world, local->path, length) != NULL) return WEIR_EADDRINUSE;
  if (lies_in(local->path, length, "/nonexistent") || lies_in(local->path, length, "/no/such")) {
    return WEIR_ENOENT;
  }
  weirb_sim_name *name = weirb_sim_allocate(world, sizeof *name);
  if (name == NULL) return WEIR_ENOMEM;
  name->owner = endpoint;
  name->length = length;
  memcpy(name->bytes, local->path, length);
  name->next = world->names;
  world->names = name;
  endpoint->name = name;
  local->path_length = length;
  return WEIR_OK;
}

void weirb_sim_name_remove(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weirb_sim_name *name = endpoint->name;
  if (name == NULL) return;
  weirb_sim_name **link = &world->names;
  while (*link != name) link = &(*link)->next;
  *link = name->next;
  endpoint->name = NULL;
  weirb_sim_release(world, name);
}

void weirb_sim_name_abandon(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weirb_sim_name *name = endpoint->name;
  if (name == NULL) return;
  if (is_abstract(name->bytes, name->length)) {
    weirb_sim_name_remove(world, endpoint);
  } else {
    name->owner = NULL;
    endpoint->name = NULL;
  }
}

void weirb_sim_name_free_all(weir_backend *world) {
  while (world->names != NULL) {
    weirb_sim_name *name = world->names;
    assert(name->owner == NULL);
    world->names = name->next;
    weirb_sim_release(world, name);
  }
}
