/* The backends that are linked in, and which one a loop gets. The only place that sees them all. */
#include "backends/epoll/epoll.h"
#include "backends/iocp/iocp.h"
#include "backends/kqueue/kqueue.h"
#include "backends/poll/poll.h"
#include "backends/sim/sim.h"
#include "backends/uv/uv.h"
#include "core/loop.h"
#include "core/options.h"

#include <string.h>

#ifdef WEIRB_HAS_EPOLL
#define EPOLL(entry) entry(epoll)
#else
#define EPOLL(entry)
#endif
#ifdef WEIRB_HAS_KQUEUE
#define KQUEUE(entry) entry(kqueue)
#else
#define KQUEUE(entry)
#endif
#ifdef WEIRB_HAS_IOCP
#define IOCP(entry) entry(iocp)
#else
#define IOCP(entry)
#endif
#ifdef WEIRB_HAS_POLL
#define POLL(entry) entry(poll)
#else
#define POLL(entry)
#endif
#ifdef WEIRB_HAS_UV
#define UV(entry) entry(uv)
#else
#define UV(entry)
#endif

/* In the order of preference. */
#define EACH(entry) EPOLL(entry) KQUEUE(entry) IOCP(entry) POLL(entry) UV(entry) entry(sim)

#define OPS(name)  &weirb_##name##_ops,
#define TEXT(name) " " #name

static const weir_backend_ops *const backends[] = {EACH(OPS)};

static const char unknown[] = "No backend has this name; there are:" EACH(TEXT);

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

static weir_err fail(const weir_loop_options *options, weir_err code, const char *message) {
  if (options->error == NULL) return code;
  *options->error = (weir_error)WEIR_ERROR_INIT;
  options->error->code = code;
  options->error->message = message;
  return code;
}

weir_err weir_loop_create(const weir_loop_options *given, weir_loop **out_loop) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  if (!out_loop) return WEIR_ERR_INVALID_ARG_TYPE;
  *out_loop = NULL;
  weir_err err = weirc_options_take(&options, sizeof options, given);
  if (err != WEIR_OK) return err;
  const weir_backend_ops *ops =
      options.custom_backend ? options.custom_backend : weir_backend_find(options.backend);
  if (!ops) return fail(&options, WEIR_ERR_INVALID_ARG_VALUE, unknown);
  err = weirc_loop_create(&options, ops, out_loop);
  return err == WEIR_OK ? WEIR_OK : fail(&options, err, NULL);
}
