/**
 * @file
 * @brief The names of local endpoints: the simulated machine's file system, as far as sockets go.
 */
#ifndef WEIRB_SIM_NAME_H
#define WEIRB_SIM_NAME_H

#include "backends/sim/endpoint.h"

/** The longest name, as on Linux. */
#define WEIRB_SIM_NAME_BYTES ((size_t)108)

/** A name that is there. */
typedef struct weirb_sim_name {
  struct weirb_sim_name *next;      /**< The world's list. */
  weirb_sim_endpoint *owner;        /**< Who is bound to it; NULL: a file that was left behind. */
  size_t length;                    /**< How many bytes it has. */
  char bytes[WEIRB_SIM_NAME_BYTES]; /**< The name; a leading NUL makes it an abstract one. */
} weirb_sim_name;

/**
 * Checks a name and says how much of it is used.
 * @param in_length in: its bytes; out: at most WEIRB_SIM_NAME_BYTES
 * @param refuse a long name is an error instead of being cut
 * @return WEIR_OK; WEIR_EINVAL: empty, or a NUL inside; WEIR_ENAMETOOLONG
 */
weir_err weirb_sim_name_check(const char *path, size_t *in_length, bool refuse);

/**
 * Binds an endpoint to a name.
 * @param local in: the path; out: the length that was bound
 * @return WEIR_OK; as weirb_sim_name_check(); WEIR_EADDRINUSE: it is there; WEIR_ENOENT: no such
 * directory; WEIR_ENOMEM
 */
weir_err weirb_sim_name_bind(weir_backend *world, weirb_sim_endpoint *endpoint,
                             weir_endpoint *local, bool refuse);

/** The name of these bytes, NULL if it is not there; a long one is cut. */
const weirb_sim_name *weirb_sim_name_find(const weir_backend *world, const char *path,
                                          size_t length);

/** Removes the name an endpoint is bound to, if it has one. */
void weirb_sim_name_remove(weir_backend *world, weirb_sim_endpoint *endpoint);

/** An endpoint goes: an abstract name goes with it, a file stays. */
void weirb_sim_name_abandon(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Frees all names. */
void weirb_sim_name_free_all(weir_backend *world);

#endif
