/*
 * How the examples print what happens. Which events are worth a line is decided by the programs.
 */
#include "timeline.h"

timeline timeline_begin(const char *program, FILE *output, weir_loop *loop) {
  timeline begin = {program, output, loop, weir_loop_now(loop)};
  return begin;
}

void timeline_event(const timeline *to, const char *who, const char *event, const char *detail) {
  if (to->output == NULL) return;
  double seconds = (double)(weir_loop_now(to->loop) - to->start) / 1e9;
  fprintf(to->output, "%10.6f  %s  %s%s%s\n", seconds, who, event, detail[0] == '\0' ? "" : " ",
          detail);
  fflush(to->output); /* Whoever reads a pipe waits for the line, not for a full buffer. */
}

void timeline_failure(const timeline *to, const weir_error *error) {
  char text[512];
  weir_error_message(error, text, sizeof text);
  fprintf(stderr, "%s: %s\n", to->program, text);
}

void program_refused(const char *program, const char *what, weir_err err) {
  fprintf(stderr, "%s: %s: %s %s\n", program, what, weir_err_name(err), weir_err_text(err));
}

void timeline_place(const weir_address *address, const char *path, char *buffer, size_t capacity) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address_format(address, text, sizeof text);
  if (address->family == WEIR_FAMILY_NONE)
    snprintf(buffer, capacity, "%s", path == NULL ? "(nowhere)" : path);
  else if (address->family == WEIR_FAMILY_IPV6)
    snprintf(buffer, capacity, "[%s]:%u", text, (unsigned)address->port);
  else
    snprintf(buffer, capacity, "%s:%u", text, (unsigned)address->port);
}
