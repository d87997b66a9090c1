/* What sockets show, each as the JSON that Node would print. */
#include "conformance/interpreter/place.h"
#include "conformance/interpreter/system.h"

static void print_flag(trace_text *out, bool flag) {
  trace_text_format(out, "%s", flag ? "true" : "false");
}

/* A property that is a flag: one function each. */
#define FLAG(name, reads)                                                                          \
  static void name(object *o, trace_text *out) {                                                   \
    print_flag(out, reads(o->socket));                                                             \
  }

/* A property that is a number of bytes or the like. */
#define NUMBER(name, reads)                                                                        \
  static void name(object *o, trace_text *out) {                                                   \
    trace_text_format(out, "%llu", (unsigned long long)reads(o->socket));                          \
  }

FLAG(connecting, weir_socket_connecting)
FLAG(pending, weir_socket_pending)
FLAG(destroyed, weir_socket_destroyed)
FLAG(closed, weir_socket_closed)
FLAG(readable, weir_socket_readable)
FLAG(writable, weir_socket_writable)
FLAG(readable_ended, weir_socket_readable_ended)
FLAG(writable_ended, weir_socket_writable_ended)
FLAG(writable_finished, weir_socket_writable_finished)
FLAG(need_drain, weir_socket_writable_need_drain)
FLAG(is_paused, weir_socket_is_paused)
FLAG(allow_half_open, weir_socket_allow_half_open)
NUMBER(writable_length, weir_socket_writable_length)
NUMBER(writable_corked, weir_socket_writable_corked)
NUMBER(writable_mark, weir_socket_writable_high_water_mark)
NUMBER(readable_mark, weir_socket_readable_high_water_mark)
NUMBER(readable_length, weir_socket_readable_length)
NUMBER(bytes_read, weir_socket_bytes_read)
NUMBER(bytes_written, weir_socket_bytes_written)

static void ready_state(object *o, trace_text *out) {
  trace_text_format(out, "\"%s\"", weir_ready_state_name(weir_socket_ready_state(o->socket)));
}

static void flowing(object *o, trace_text *out) {
  static const char *const shown[] = {"null", "true", "false"};
  trace_text_format(out, "%s", shown[weir_socket_readable_flowing(o->socket)]);
}

static void buffer_size(object *o, trace_text *out) {
  int64_t size = weir_socket_buffer_size(o->socket);
  if (size < 0)
    trace_text_format(out, "undefined");
  else
    trace_text_format(out, "%lld", (long long)size);
}

static void errored(object *o, trace_text *out) {
  weir_err err = weir_socket_errored(o->socket);
  trace_text_format(out, "%s", err == WEIR_OK ? "null" : weir_err_name(err));
}

static void timeout(object *o, trace_text *out) {
  int64_t ms = weir_socket_timeout_ms(o->socket);
  if (ms < 0)
    trace_text_format(out, "undefined");
  else
    trace_text_format(out, "%lld", (long long)ms);
}

typedef enum end_part { PART_ADDRESS, PART_FAMILY, PART_PORT } end_part;

static void print_part(object *o, const weir_address *address, end_part part, trace_text *out) {
  char shown[WEIR_ADDRESS_TEXT_SIZE];
  if (address->family == WEIR_FAMILY_NONE) {
    trace_text_format(out, "undefined");
  } else if (part == PART_ADDRESS) {
    (void)weir_address_format(address, shown, sizeof shown);
    trace_text_format(out, "\"%s\"", shown);
  } else if (part == PART_FAMILY) {
    trace_text_format(out, "\"IPv%d\"", address->family);
  } else {
    place_print_port(o->s, address->port, out);
  }
}

static void print_local(object *o, end_part part, trace_text *out) {
  weir_address address = {0};
  (void)weir_socket_local_address(o->socket, &address);
  print_part(o, &address, part, out);
}

static void print_remote(object *o, end_part part, trace_text *out) {
  weir_address address = {0};
  (void)weir_socket_remote_address(o->socket, &address);
  print_part(o, &address, part, out);
}

static void local_address(object *o, trace_text *out) {
  print_local(o, PART_ADDRESS, out);
}

static void local_family(object *o, trace_text *out) {
  print_local(o, PART_FAMILY, out);
}

static void local_port(object *o, trace_text *out) {
  print_local(o, PART_PORT, out);
}

static void remote_address(object *o, trace_text *out) {
  print_remote(o, PART_ADDRESS, out);
}

static void remote_family(object *o, trace_text *out) {
  print_remote(o, PART_FAMILY, out);
}

static void remote_port(object *o, trace_text *out) {
  print_remote(o, PART_PORT, out);
}

static void whole_address(object *o, trace_text *out) {
  weir_address address = {0};
  (void)weir_socket_local_address(o->socket, &address);
  place_print_address(o->s, &address, out);
}

/* Text as in "::1:8080"; without selection Node has no such property. */
static void attempted(object *o, trace_text *out) {
  weir_address addresses[32];
  size_t count = weir_socket_auto_select_family_attempted_addresses(o->socket, addresses, 32);
  if (count == 0) {
    trace_text_format(out, "undefined");
    return;
  }
  for (size_t i = 0; i < count && i < 32; i++) {
    char text[WEIR_ADDRESS_TEXT_SIZE];
    (void)weir_address_format_with_port(&addresses[i], text, sizeof text);
    trace_text_format(out, "%s\"%s\"", i == 0 ? "[" : ",", text);
  }
  trace_text_format(out, "]");
}

static void received(object *o, trace_text *out) {
  trace_text_format(out, "%llu", (unsigned long long)o->received);
}

/* Where nothing came it is what would have come. */
static void total(object *o, trace_text *out) {
  bool waits_for_text = weir_socket_encoding(o->socket) != WEIR_ENCODING_NONE;
  if (o->total_is_text || (waits_for_text && o->total.length == 0))
    trace_text_show(out, o->total.bytes, o->total.length);
  else
    trace_text_bytes(out, (const uint8_t *)o->total.bytes, o->total.length);
}

static void readable_encoding(object *o, trace_text *out) {
  const char *name = weir_encoding_name(weir_socket_encoding(o->socket));
  if (name)
    trace_text_format(out, "\"%s\"", name);
  else
    trace_text_format(out, "null");
}

const property_entry socket_properties[] = {{"readyState", ready_state},
                                            {"connecting", connecting},
                                            {"pending", pending},
                                            {"destroyed", destroyed},
                                            {"closed", closed},
                                            {"readable", readable},
                                            {"writable", writable},
                                            {"readableEnded", readable_ended},
                                            {"writableEnded", writable_ended},
                                            {"writableFinished", writable_finished},
                                            {"writableLength", writable_length},
                                            {"writableNeedDrain", need_drain},
                                            {"writableCorked", writable_corked},
                                            {"writableHighWaterMark", writable_mark},
                                            {"readableHighWaterMark", readable_mark},
                                            {"readableLength", readable_length},
                                            {"readableFlowing", flowing},
                                            {"readableEncoding", readable_encoding},
                                            {"isPaused", is_paused},
                                            {"bytesRead", bytes_read},
                                            {"bytesWritten", bytes_written},
                                            {"bufferSize", buffer_size},
                                            {"allowHalfOpen", allow_half_open},
                                            {"timeout", timeout},
                                            {"errored", errored},
                                            {"localAddress", local_address},
                                            {"localFamily", local_family},
                                            {"localPort", local_port},
                                            {"remoteAddress", remote_address},
                                            {"remoteFamily", remote_family},
                                            {"remotePort", remote_port},
                                            {"address", whole_address},
                                            {"autoSelectFamilyAttemptedAddresses", attempted},
                                            {"received", received},
                                            {"total", total},
                                            {"osNoDelay", system_no_delay},
                                            {"osKeepAlive", system_keep_alive},
                                            {"osKeepAliveDelay", system_keep_alive_delay},
                                            {.name = NULL}};
