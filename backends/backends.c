/* The backends that are linked in, and which one a loop gets. The only place that sees them all. */
#include "backends/epoll/epoll.h"
#include "backends/kqueue/kqueue.h"
#include "backends/poll/poll.h"
#include "backends/sim/sim.h"
#include "backends/uv/uv.h"
#include "core/loop.h"
#include "core/options.h"

#include <string.h>

static const weir_backend_ops *const backends[] = {
#ifdef WEIRB_HAS_EPOLL
    &weirb_epoll_ops,
#endif
#ifdef WEIRB_HAS_KQUEUE
    &weirb_kqueue_ops,
#endif
#ifdef WEIRB_HAS_POLL
    &weirb_poll_ops,
#endif
#ifdef WEIRB_HAS_UV
    &weirb_uv_ops,
#endif
    &weirb_sim_ops,
};

enum { COUNT = sizeof backends / sizeof *backends };

const char *weir_backend_name_at(size_t index) {
  return index < COUNT ? backends[index]->name : NULL;
}

const weir_backend_ops *weir_backend_find(const char *name) {
  if (!name) return backends[0];
  for (size_t i = 0; i < COUNT; i++)
    if (strcmp(backends[i]->name, name) == 0) return backends[i];
  return NULL;
}

weir_err weir_loop_create(const weir_loop_options *given, weir_loop **out_loop) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  if (!out_loop) return WEIR_ERR_INVALID_ARG_TYPE;
  *out_loop = NULL;
  weir_err err = weirc_options_take(&options, sizeof options, given);
  if (err != WEIR_OK) return err;
  const weir_backend_ops *ops =
      options.custom_backend ? options.custom_backend : weir_backend_find(options.backend);
  if (!ops) return WEIR_ERR_INVALID_ARG_VALUE;
  return weirc_loop_create(&options, ops, out_loop);
}
