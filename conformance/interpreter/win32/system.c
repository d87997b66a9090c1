/* Asks Windows about sockets. It does not tell what was given to listen(). */
#include "conformance/interpreter/system.h"

#include "platform/win32/system.h"

/* What a socket has that nobody has told anything, in seconds. */
enum { SYSTEM_DELAY = 7200 };

static void refuse(object *o) {
  scene_fail(o->s, "the system cannot be asked about %s", o->as->name);
}

static bool ask(const object *o, int level, int name, DWORD *out_number) {
  int size = (int)sizeof *out_number;
  intptr_t fd = o->s->simulated ? -1 : weir_socket_fd(o->socket);
  *out_number = 0; /* A flag may be one byte. */
  return fd >= 0 && getsockopt((SOCKET)fd, level, name, (char *)out_number, &size) == 0;
}

static void print_flag(object *o, int level, int name, trace_text *out) {
  DWORD on;
  if (ask(o, level, name, &on))
    trace_text_format(out, "%s", on ? "true" : "false");
  else
    refuse(o);
}

void system_backlog(object *o, trace_text *out) {
  (void)out;
  refuse(o);
}

void system_no_delay(object *o, trace_text *out) {
  print_flag(o, IPPROTO_TCP, TCP_NODELAY, out);
}

void system_keep_alive(object *o, trace_text *out) {
  print_flag(o, SOL_SOCKET, SO_KEEPALIVE, out);
}

void system_keep_alive_delay(object *o, trace_text *out) {
  DWORD seconds;
#ifndef TCP_KEEPIDLE
  enum { TCP_KEEPIDLE = 3 }; /* Since Windows 10 1709; older headers do not name it. */
#endif
  if (o->s->simulated || weir_socket_fd(o->socket) < 0)
    refuse(o);
  else if (!ask(o, IPPROTO_TCP, TCP_KEEPIDLE, &seconds))
    scene_leave_out(o->s, "this Windows does not tell the times of keep-alive");
  else if (seconds == SYSTEM_DELAY)
    trace_text_format(out, "null");
  else
    trace_text_format(out, "%lu", seconds);
}
