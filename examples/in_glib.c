/*
 * weir inside GLib's main loop: a GSource, as every program on GTK could have one.
 *
 * It shows the three functions of such a source. prepare() hands weir's timeout on, check() looks
 * whether weir's descriptor is ready or its time has come, dispatch() turns weir; GLib sees to the
 * rest. Beside it the program has a timeout and a watch of its own. What weir does meanwhile is in
 * embedded.c.
 */
#include "embedded.h"

#include <glib-unix.h>
#include <glib.h>

#define PROGRAM "in_glib"
#define INPUT   0 /* The descriptor of standard input. */

/* GLib allocates it, and knows of the first member only. */
typedef struct weir_source {
  GSource base;
  embedded *weir;
  GMainLoop *main_loop;
  gpointer descriptor; /* GLib's tag of weir's. */
} weir_source;

/* ---- The source ---- */

/* GLib asks all sources before each wait, and takes the shortest time. */
static gboolean prepare(GSource *source, gint *timeout) {
  const weir_source *self = (const weir_source *)source;
  self->weir->turns++;
  *timeout = weir_loop_timeout(self->weir->loop);
  return *timeout == 0;
}

static gboolean check(GSource *source) {
  const weir_source *self = (const weir_source *)source;
  return g_source_query_unix_fd(source, self->descriptor) != 0 ||
         weir_loop_timeout(self->weir->loop) == 0;
}

/* What is alive ends in a turn, whoever asked for it, so this is where to look. */
static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user) {
  const weir_source *self = (const weir_source *)source;
  (void)callback;
  (void)user;
  weir_err err = weir_loop_dispatch(self->weir->loop);
  if (err != WEIR_OK) embedded_refused(self->weir, "dispatch", err);
  if (err == WEIR_OK && weir_loop_alive(self->weir->loop)) return G_SOURCE_CONTINUE;
  g_main_loop_quit(self->main_loop);
  return G_SOURCE_REMOVE;
}

static GSource *weir_source_new(embedded *e, GMainLoop *main_loop) {
  static GSourceFuncs functions = {.prepare = prepare, .check = check, .dispatch = dispatch};
  GSource *source = g_source_new(&functions, sizeof(weir_source));
  weir_source *self = (weir_source *)source;
  self->weir = e;
  self->main_loop = main_loop;
  self->descriptor = g_source_add_unix_fd(source, (gint)weir_loop_fd(e->loop), G_IO_IN);
  return source;
}

/* ---- What the program has of its own ---- */

static gboolean on_tick(gpointer user) {
  embedded_tick(user);
  return G_SOURCE_CONTINUE;
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer user) {
  (void)fd;
  (void)condition; /* Also an error or a hang-up is for read() to tell. */
  return embedded_input(user) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- The program ---- */

static void run(embedded *e) {
  GMainLoop *main_loop = g_main_loop_new(NULL, FALSE);
  GSource *source = weir_source_new(e, main_loop);
  (void)g_source_attach(source, NULL);
  g_source_unref(source); /* The context has it. */
  (void)g_unix_fd_add(INPUT, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, e);
  if (e->tick_ms > 0) (void)g_timeout_add((guint)e->tick_ms, on_tick, e);
  g_main_loop_run(main_loop);
  g_main_loop_unref(main_loop);
}

int main(int argc, char **argv) {
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  embedded e;
  (void)argc;
  if (embedded_begin(&e, PROGRAM, argv, &how) && embedded_has_descriptor(&e) && embedded_serve(&e))
    run(&e);
  return embedded_end(&e);
}
