/* `open`: listening goes before connecting, so the client is made when the server listens. */
#include "conformance/interpreter/open.h"

#include "conformance/interpreter/place.h"
#include "conformance/interpreter/server_watch.h"
#include "conformance/interpreter/socket_watch.h"

/* The server belongs to no name; its object is kept here. */
typedef struct opening {
  scene *s;
  const statement *at;
  object server;
  declared as;
} opening;

static void connect_client(opening *o) {
  object *client = o->s->objects[o->at->object];
  weir_connect_options where = WEIR_CONNECT_OPTIONS_INIT;
  where.port = o->server.path ? -1 : o->server.port;
  where.host = o->server.host;
  where.path = o->server.path;
  where.pipe_half_close = true; /* As Unix sockets have it. */
  if (!socket_create(client, o->at->options, "client")) return;
  (void)scene_check(o->s, "connect()", weir_socket_connect(client->socket, &where, NULL, NULL));
}

static void on_listening(weir_server *server, const weir_error *error, void *user) {
  opening *o = user;
  (void)server;
  if (o->s->over) return;
  if (scene_check(o->s, "listen()", error ? error->code : WEIR_OK)) connect_client(o);
}

static bool listen_quietly(opening *o) {
  weir_listen_options where = WEIR_LISTEN_OPTIONS_INIT;
  scene *s = o->s;
  if (!server_create(&o->server, o->at->options, "server")) return false;
  o->server.quiet = true;
  where.port = o->at->ipc ? -1 : 0;
  where.host = o->at->ipc ? NULL : "127.0.0.1";
  if (o->at->ipc) {
    where.path = place_local_name(s, s->objects[o->at->object]->as->name);
    if (!where.path) return false;
    where.pipe_half_close = true;
  }
  weir_err err = weir_server_listen(o->server.server, &where, on_listening, o);
  if (!scene_check(s, "listen()", err)) return false;
  place_learn(&o->server);
  return true;
}

void open_run(task *t, scene *s, const statement *at) {
  opening *o = store_take(&s->memory, sizeof *o);
  object *client = object_new(s, at->object);
  object *conn = object_new(s, at->other);
  if (!client || !conn) return;
  o->s = s;
  o->at = at;
  o->as = (declared){"server of open", KIND_SERVER, at->line, true};
  object_begin(&o->server, s, &o->as);
  socket_expect(conn, at->options, "conn");
  if (s->over || !listen_quietly(o)) return;
  server_accept(&o->server, conn);
  task_wait_for(t, &client->reactions[SOCKET_READY]);
  task_wait_for(t, &conn->reactions[SOCKET_ACCEPTED]);
  task_wait_rest(t, at);
}
