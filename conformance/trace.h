/**
 * @file
 * @brief The event trace that weir and Node print alike: one line an event, grouped by object.
 *
 * A line is "object: text". Values that vary from run to run (ports, directories) are replaced by
 * labels when the trace is rendered. The formats are those of the golden traces.
 */
#ifndef WEIR_CONFORMANCE_TRACE_H
#define WEIR_CONFORMANCE_TRACE_H

#include "weir/weir.h"

/** A text that grows; zeroed memory is the empty text. Out of memory it stays as it is. */
typedef struct trace_text {
  char *bytes;     /**< Ended by a NUL; NULL while empty. */
  size_t length;   /**< Bytes, NUL not counted. */
  size_t capacity; /**< Bytes that are there. */
  bool failed;     /**< Something did not fit: the text is not whole. */
} trace_text;

/** Appends bytes. */
void trace_text_add(trace_text *text, const char *bytes, size_t length);
/** Appends what printf() would print. */
void trace_text_format(trace_text *text, const char *format, ...);
/** Appends a whole file. @return false: it cannot be read, or memory ran out */
bool trace_text_read(trace_text *text, const char *path);
/** Gives the memory back; the text is empty then. */
void trace_text_free(trace_text *text);

/** Appends "bytes[3]<627965>", without the hexadecimal part above 24 bytes. */
void trace_text_bytes(trace_text *text, const uint8_t *data, size_t length);
/** Appends UTF-8 text as JSON, everything outside printable ASCII as \\uXXXX. */
void trace_text_quote(trace_text *text, const char *utf8, size_t length);
/** The same as a value is shown: above 80 UTF-16 units only "string[81]". */
void trace_text_show(trace_text *text, const char *utf8, size_t length);
/** Appends an error: "Error code=ECONNRESET syscall=read message=\"read ECONNRESET\"". */
void trace_text_error(trace_text *text, const weir_error *error);

/** A trace that is being written. */
typedef struct trace trace;

/** An empty trace; NULL: no memory. */
trace *trace_create(void);
/** Frees it. Does nothing for NULL. */
void trace_free(trace *t);
/** Shows `label` wherever `value` stands in the trace; a number only where it stands alone. A value
 * keeps the label it was given first. */
void trace_mask(trace *t, const char *value, const char *label);
/** Shows `label` wherever the port stands in the trace. */
void trace_mask_port(trace *t, unsigned port, const char *label);
/** The label of a port; NULL: it has none. */
const char *trace_mask_of(const trace *t, unsigned port);

/** Writes one line of an object: its name, then what printf() would print. */
void trace_log(trace *t, const char *object, const char *format, ...);
/** Writes "event" and the error behind it. */
void trace_log_error(trace *t, const char *object, const char *event, const weir_error *error);
/** Writes "data bytes[..]". */
void trace_log_data(trace *t, const char *object, const uint8_t *data, size_t length);
/** Writes "data" and the text behind it. */
void trace_log_text(trace *t, const char *object, const char *utf8, size_t length);

/**
 * The finished trace, one line after the other.
 * @param t the trace
 * @param global in the order of happening; otherwise grouped by object, in the order in which they
 * appeared first
 * @param out_text empty before; freed by trace_text_free()
 * @return false: memory ran out somewhere, the trace is not whole
 */
bool trace_render(const trace *t, bool global, trace_text *out_text);

#endif
