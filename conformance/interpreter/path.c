/* Paths and how they are shown. All that a scenario does to files is here. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "conformance/interpreter/place.h"

#include "conformance/interpreter/call.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const char *place_directory(scene *s) {
  const char *root = getenv("TMPDIR");
  if (s->directory[0] != '\0') return s->directory;
  (void)snprintf(s->directory, sizeof s->directory, "%s/wt-XXXXXX", root ? root : "/tmp");
  if (!mkdtemp(s->directory)) {
    s->directory[0] = '\0';
    scene_fail(s, "mkdtemp: %s", strerror(errno));
    return NULL;
  }
  trace_mask(s->t, s->directory, "TMP");
  return s->directory;
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *where) {
  (void)what;
  (void)kind;
  (void)where;
  (void)remove(path);
  return 0;
}

void place_clean(scene *s) {
  if (s->left >= 0) {
    (void)fchdir(s->left);
    (void)close(s->left);
  }
  if (s->directory[0] != '\0') (void)nftw(s->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const option_entry path_options[] = {
    {"length", 0, true},   {"abstract", 0, true}, {"missing", 0, true},
    {"file", 0, true},     {"stale", 0, true},    {"directory", 0, true},
    {"relative", 0, true}, {"nul", 0, true},      {.name = NULL}};

static bool has(const statement *at, const char *name) {
  const value *v = option_find(at->options, NULL, name);
  return v && v->boolean;
}

/* A path of so many bytes; two of them begin with the same letters. */
static void make_long(object *o, const char *directory, int32_t length) {
  size_t base = strlen(directory) + 1;
  if (length < 0 || (size_t)length <= base) {
    scene_fail(o->s, "a path in %s has more than %zu bytes", directory, base);
    return;
  }
  char *path = store_take(&o->s->memory, (size_t)length + 1);
  (void)snprintf(path, base + 1, "%s/", directory);
  memset(path + base, 'a', (size_t)length - base);
  o->path = path;
  o->path_length = (size_t)length;
  trace_mask(o->s->t, path, store_format(&o->s->memory, "PATH%d", (int)length));
}

static void make_abstract(object *o) {
  store *memory = &o->s->memory;
  char *path = store_format(memory, ".weir-%ld-%s", (long)getpid(), o->as->name);
  o->path_length = strlen(path);
  trace_mask(o->s->t, store_format(memory, "\"\\u0000%s\"", path + 1), "ABSTRACT");
  trace_mask(o->s->t, store_format(memory, "\\u0000%s", path + 1), "ABSTRACT");
  path[0] = '\0';
  o->path = path;
}

/* The scenario works in its directory from now on. */
static void make_relative(object *o, const char *directory) {
  scene *s = o->s;
  if (s->left < 0) s->left = open(".", O_RDONLY | O_DIRECTORY);
  if (s->left < 0 || chdir(directory) != 0) {
    scene_fail(s, "%s: %s", directory, strerror(errno));
    return;
  }
  o->path = store_format(&s->memory, "./%s", o->as->name);
  o->path_length = strlen(o->path);
}

/* A name in the directory, or in one that is not there; shown without the latter. */
static void make_plain(object *o, const char *directory, bool missing) {
  store *memory = &o->s->memory;
  o->path = store_format(memory, "%s/%s%s", directory, missing ? "missing/" : "", o->as->name);
  o->path_length = strlen(o->path);
  trace_mask(o->s->t, o->path, store_format(memory, "TMP/%s", o->as->name));
}

/* Behind the name a NUL and "b". */
static void add_nul(object *o) {
  char *path = store_take(&o->s->memory, o->path_length + 3);
  memcpy(path, o->path, o->path_length);
  path[o->path_length + 1] = 'b';
  o->path = path;
  o->path_length += 2;
}

/* A socket file nobody listens at. */
static bool leave_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return false;
  (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  bool bound = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
  (void)close(fd);
  return bound;
}

static bool leave_file(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return false;
  (void)close(fd);
  return true;
}

static void furnish(object *o, const statement *at) {
  bool done = true;
  if (has(at, "file")) done = leave_file(o->path);
  if (has(at, "stale")) done = leave_socket(o->path);
  if (has(at, "directory")) done = mkdir(o->path, 0700) == 0;
  if (!done) scene_fail(o->s, "%s: %s", o->path, strerror(errno));
}

void path_make(object *o, const statement *at) {
  const value *length = option_find(at->options, NULL, "length");
  int32_t bytes = 0;
  object_options(o, at->options, NULL);
  option_int(o->s, length, &bytes);
  const char *directory = o->s->over ? NULL : place_directory(o->s);
  if (!directory) return;
  if (length)
    make_long(o, directory, bytes);
  else if (has(at, "abstract"))
    make_abstract(o);
  else if (has(at, "relative"))
    make_relative(o, directory);
  else
    make_plain(o, directory, has(at, "missing"));
  if (!o->s->over) furnish(o, at);
  if (!o->s->over && has(at, "nul")) add_nul(o);
}

static void run_unlink(call *c) {
  if (unlink(c->o->path) != 0) scene_fail(c->s, "%s: %s", c->o->path, strerror(errno));
}

static const char *kind_text(mode_t mode) {
  if (S_ISSOCK(mode)) return "socket";
  if (S_ISREG(mode)) return "file";
  return S_ISDIR(mode) ? "directory" : "other";
}

static void run_kind(call *c) {
  struct stat found;
  const char *kind = "ENOENT";
  if (lstat(c->o->path, &found) == 0)
    kind = kind_text(found.st_mode);
  else if (errno != ENOENT && errno != ENOTDIR)
    kind = strerror(errno);
  trace_text_format(&c->shown, "\"%s\"", kind);
  call_returns(c, CALL_VALUE, WEIR_OK);
}

static void run_mode(call *c) {
  struct stat found;
  if (lstat(c->o->path, &found) != 0)
    scene_fail(c->s, "%s: %s", c->o->path, strerror(errno));
  else
    trace_text_format(&c->shown, "\"0%o\"", (unsigned)found.st_mode & 0777u);
  call_returns(c, CALL_VALUE, WEIR_OK);
}

const call_entry path_calls[] = {{"unlink", 0, 0, 0, NO_WORDS, NULL, false, run_unlink},
                                 {"kind", 0, 0, 0, NO_WORDS, NULL, false, run_kind},
                                 {"mode", 0, 0, 0, NO_WORDS, NULL, false, run_mode},
                                 {.name = NULL}};
