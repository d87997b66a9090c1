/* Names and texts of errors, in Node's words. Which error happens when is decided elsewhere. */
#include "core/error.h"

#include "core/loop.h"

#include <string.h>

typedef struct err_text {
  weir_err err;
  const char *name;
  const char *text;
} err_text;

static const err_text err_texts[] = {
    {WEIR_OK, "OK", "success"},
    {WEIR_WAIT_DRAIN, "WAIT_DRAIN", "wait for drain"},
    {WEIR_EACCES, "EACCES", "permission denied"},
    {WEIR_EADDRINUSE, "EADDRINUSE", "address already in use"},
    {WEIR_EADDRNOTAVAIL, "EADDRNOTAVAIL", "address not available"},
    {WEIR_EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported"},
    {WEIR_EAGAIN, "EAGAIN", "resource temporarily unavailable"},
    {WEIR_EALREADY, "EALREADY", "connection already in progress"},
    {WEIR_EBADF, "EBADF", "bad file descriptor"},
    {WEIR_EBUSY, "EBUSY", "resource busy or locked"},
    {WEIR_ECANCELED, "ECANCELED", "operation canceled"},
    {WEIR_ECONNABORTED, "ECONNABORTED", "software caused connection abort"},
    {WEIR_ECONNREFUSED, "ECONNREFUSED", "connection refused"},
    {WEIR_ECONNRESET, "ECONNRESET", "connection reset by peer"},
    {WEIR_EDEADLK, "EDEADLK", "nothing that is waited for can happen"},
    {WEIR_EEXIST, "EEXIST", "file already exists"},
    {WEIR_EFAULT, "EFAULT", "bad address in system call argument"},
    {WEIR_EHOSTUNREACH, "EHOSTUNREACH", "host is unreachable"},
    {WEIR_EINTR, "EINTR", "interrupted system call"},
    {WEIR_EINVAL, "EINVAL", "invalid argument"},
    {WEIR_EIO, "EIO", "i/o error"},
    {WEIR_EISCONN, "EISCONN", "socket is already connected"},
    {WEIR_EISDIR, "EISDIR", "illegal operation on a directory"},
    {WEIR_ELOOP, "ELOOP", "too many symbolic links encountered"},
    {WEIR_EMFILE, "EMFILE", "too many open files"},
    {WEIR_EMSGSIZE, "EMSGSIZE", "message too long"},
    {WEIR_ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {WEIR_ENETDOWN, "ENETDOWN", "network is down"},
    {WEIR_ENETUNREACH, "ENETUNREACH", "network is unreachable"},
    {WEIR_ENFILE, "ENFILE", "file table overflow"},
    {WEIR_ENOBUFS, "ENOBUFS", "no buffer space available"},
    {WEIR_ENODEV, "ENODEV", "no such device"},
    {WEIR_ENOENT, "ENOENT", "no such file or directory"},
    {WEIR_ENOMEM, "ENOMEM", "not enough memory"},
    {WEIR_ENOPROTOOPT, "ENOPROTOOPT", "protocol not available"},
    {WEIR_ENOSPC, "ENOSPC", "no space left on device"},
    {WEIR_ENOSYS, "ENOSYS", "function not implemented"},
    {WEIR_ENOTCONN, "ENOTCONN", "socket is not connected"},
    {WEIR_ENOTDIR, "ENOTDIR", "not a directory"},
    {WEIR_ENOTSOCK, "ENOTSOCK", "socket operation on non-socket"},
    {WEIR_ENOTSUP, "ENOTSUP", "operation not supported on socket"},
    {WEIR_EPERM, "EPERM", "operation not permitted"},
    {WEIR_EPIPE, "EPIPE", "broken pipe"},
    {WEIR_EPROTO, "EPROTO", "protocol error"},
    {WEIR_EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported"},
    {WEIR_EPROTOTYPE, "EPROTOTYPE", "protocol wrong type for socket"},
    {WEIR_EROFS, "EROFS", "read-only file system"},
    {WEIR_ETIMEDOUT, "ETIMEDOUT", "connection timed out"},
    {WEIR_UNKNOWN, "UNKNOWN", "unknown error"},
    {WEIR_ENOTFOUND, "ENOTFOUND", "unknown node or service"},
    {WEIR_EAI_AGAIN, "EAI_AGAIN", "temporary failure"},
    {WEIR_EAI_BADFLAGS, "EAI_BADFLAGS", "bad ai_flags value"},
    {WEIR_EAI_FAIL, "EAI_FAIL", "permanent failure"},
    {WEIR_EAI_FAMILY, "EAI_FAMILY", "ai_family not supported"},
    {WEIR_EAI_MEMORY, "EAI_MEMORY", "out of memory"},
    {WEIR_EAI_OVERFLOW, "EAI_OVERFLOW", "argument buffer overflow"},
    {WEIR_EAI_SERVICE, "EAI_SERVICE", "service not available for socket type"},
    {WEIR_EAI_SOCKTYPE, "EAI_SOCKTYPE", "socket type not supported"},
    {WEIR_ERR_INVALID_ARG_TYPE, "ERR_INVALID_ARG_TYPE", "The argument must not be NULL"},
    {WEIR_ERR_INVALID_ARG_VALUE, "ERR_INVALID_ARG_VALUE", "The argument is invalid"},
    {WEIR_ERR_INVALID_ADDRESS, "ERR_INVALID_ADDRESS", "Invalid socket address"},
    {WEIR_ERR_INVALID_HANDLE_TYPE, "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent"},
    {WEIR_ERR_INVALID_IP_ADDRESS, "ERR_INVALID_IP_ADDRESS", "Invalid IP address"},
    {WEIR_ERR_MISSING_ARGS, "ERR_MISSING_ARGS",
     "The \"options\" or \"port\" or \"path\" argument must be specified"},
    {WEIR_ERR_OUT_OF_RANGE, "ERR_OUT_OF_RANGE", "The value is out of range"},
    {WEIR_ERR_SERVER_ALREADY_LISTEN, "ERR_SERVER_ALREADY_LISTEN",
     "Listen method has been called more than once without closing."},
    {WEIR_ERR_SERVER_NOT_RUNNING, "ERR_SERVER_NOT_RUNNING", "Server is not running."},
    {WEIR_ERR_SOCKET_BAD_PORT, "ERR_SOCKET_BAD_PORT", "Port should be >= 0 and < 65536."},
    {WEIR_ERR_SOCKET_CLOSED, "ERR_SOCKET_CLOSED", "Socket is closed"},
    {WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION, "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
     "Socket closed before the connection was established"},
    {WEIR_ERR_STREAM_ALREADY_FINISHED, "ERR_STREAM_ALREADY_FINISHED",
     "Cannot call end after a stream was finished"},
    {WEIR_ERR_STREAM_DESTROYED, "ERR_STREAM_DESTROYED",
     "Cannot call write after a stream was destroyed"},
    {WEIR_ERR_STREAM_WRITE_AFTER_END, "ERR_STREAM_WRITE_AFTER_END", "write after end"},
    {WEIR_ABORT_ERR, "ABORT_ERR", "The operation was aborted"},
    {WEIR_ERR_INVALID_ADDRESS_FAMILY, "ERR_INVALID_ADDRESS_FAMILY", "Invalid address family"},
    {WEIR_ERR_INVALID_FD_TYPE, "ERR_INVALID_FD_TYPE", "Unsupported fd type"},
    {WEIR_ERR_UNKNOWN_ENCODING, "ERR_UNKNOWN_ENCODING", "Unknown encoding"},
    {WEIR_ERR_WRONG_THREAD, "ERR_WRONG_THREAD", "The loop is being run by another thread"},
    {WEIR_ERR_LOOP_CLOSED, "ERR_LOOP_CLOSED", "The loop is closed"},
    {WEIR_ERR_IP_BLOCKED, "ERR_IP_BLOCKED", "IP is blocked by net.BlockList"},
};

/* The numbers that Node has for what getaddrinfo() says, which are the same everywhere. */
static int32_t number_of_resolver(weir_err code) {
  switch (code) {
  case WEIR_ENOTFOUND: return -3008;
  case WEIR_EAI_AGAIN: return -3001;
  case WEIR_EAI_BADFLAGS: return -3002;
  case WEIR_EAI_FAIL: return -3004;
  case WEIR_EAI_FAMILY: return -3005;
  case WEIR_EAI_MEMORY: return -3006;
  case WEIR_EAI_OVERFLOW: return -3009;
  case WEIR_EAI_SERVICE: return -3010;
  case WEIR_EAI_SOCKTYPE: return -3011;
  default: return 0;
  }
}

weir_error weirc_error_of(const weir_loop *loop, weir_err code, const char *syscall) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = code;
  if (!weirc_is_system(code)) return error;
  error.syscall = syscall;
  error.system_code = number_of_resolver(code);
  if (error.system_code == 0 && loop && loop->ops->system_code)
    error.system_code = loop->ops->system_code(code);
  return error;
}

weir_error weirc_error_blocked(const weir_address *address) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_ERR_IP_BLOCKED;
  error.syscall = "connect";
  error.address = *address;
  return error;
}

static const err_text *find(weir_err err) {
  for (size_t i = 0; i < sizeof err_texts / sizeof *err_texts; i++)
    if (err_texts[i].err == err) return &err_texts[i];
  return &err_texts[WEIR_UNKNOWN];
}

const char *weir_version(void) {
#define TEXT(x)          #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)
  return VERSION(WEIR_VERSION_MAJOR, WEIR_VERSION_MINOR, WEIR_VERSION_PATCH);
}

const char *weir_err_name(weir_err err) {
  return find(err)->name;
}

const char *weir_err_text(weir_err err) {
  return find(err)->text;
}

/* A text that grows in a buffer of fixed size and knows how long it would be. */
typedef struct text_sink {
  char *buffer;
  size_t capacity;
  size_t length;
} text_sink;

static void put_bytes(text_sink *sink, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++, sink->length++)
    if (sink->length + 1 < sink->capacity) sink->buffer[sink->length] = bytes[i];
}

static void put_text(text_sink *sink, const char *text) {
  put_bytes(sink, text, strlen(text));
}

static void put_address(text_sink *sink, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  put_bytes(sink, text, weir_address_format_with_port(address, text, sizeof text));
}

static void put_system_error(text_sink *sink, const weir_error *error) {
  put_text(sink, error->syscall);
  put_text(sink, " ");
  put_text(sink, weir_err_name(error->code));
  if (strcmp(error->syscall, "listen") == 0) {
    put_text(sink, ": ");
    put_text(sink, weir_err_text(error->code));
  }
  if (error->path) {
    put_text(sink, " ");
    put_bytes(sink, error->path, error->path_length);
  } else if (error->host) {
    put_text(sink, " ");
    put_text(sink, error->host);
  } else if (error->address.family != WEIR_FAMILY_NONE) {
    put_text(sink, " ");
    put_address(sink, &error->address);
  }
  if (error->local_address.family != WEIR_FAMILY_NONE) {
    put_text(sink, " - Local (");
    put_address(sink, &error->local_address);
    put_text(sink, ")");
  }
}

static void put_blocked(text_sink *sink, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  put_text(sink, "IP(");
  put_bytes(sink, text, weir_address_format(address, text, sizeof text));
  put_text(sink, ") is blocked by net.BlockList");
}

static void put_number(text_sink *sink, unsigned number) {
  char digits[12];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  put_bytes(sink, digits + at, sizeof digits - at);
}

void weirc_error_family_text(unsigned family, const char *host, unsigned port, char *buffer,
                             size_t capacity) {
  text_sink sink = {buffer, capacity, 0};
  put_text(&sink, "Invalid address family: ");
  put_number(&sink, family);
  put_text(&sink, " ");
  put_text(&sink, host);
  put_text(&sink, ":");
  put_number(&sink, port);
  buffer[sink.length < capacity ? sink.length : capacity - 1] = '\0';
}

size_t weir_error_message(const weir_error *error, char *buffer, size_t capacity) {
  text_sink sink = {buffer, buffer ? capacity : 0, 0};
  if (error && error->message)
    put_text(&sink, error->message);
  else if (error && error->code == WEIR_ERR_IP_BLOCKED && error->address.family != WEIR_FAMILY_NONE)
    put_blocked(&sink, &error->address);
  else if (error && error->syscall)
    put_system_error(&sink, error);
  else if (error)
    put_text(&sink, weir_err_text(error->code));
  if (sink.capacity > 0)
    sink.buffer[sink.length < sink.capacity ? sink.length : sink.capacity - 1] = '\0';
  return sink.length;
}
