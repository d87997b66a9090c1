/* Decides how the programs learn about their own process. Does not decide what they measure. */
#include "bench/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void bench_fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

void bench_usage(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(2);
}

void bench_pin(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0) bench_fail("sched_setaffinity");
}

void bench_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) bench_fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) bench_fail("setrlimit");
}

void bench_limit_descriptors(unsigned long count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) bench_fail("getrlimit");
  limit.rlim_cur = count;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) bench_fail("setrlimit");
}

void bench_mark_trace(void) {
  (void)getppid();
}

static double read_clock(clockid_t id) {
  struct timespec now;
  if (clock_gettime(id, &now) < 0) bench_fail("clock_gettime");
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double bench_seconds(void) {
  return read_clock(CLOCK_MONOTONIC);
}

double bench_cpu_seconds(void) {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

size_t bench_resident_bytes(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL) bench_fail("/proc/self/statm");
  unsigned long pages = 0;
  if (fscanf(file, "%*u %lu", &pages) != 1) bench_usage("/proc/self/statm has another form");
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t bench_free_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) bench_fail("getrlimit");
  size_t count = 0;
  for (int fd = 0; (rlim_t)fd < limit.rlim_cur; fd++) {
    if (fcntl(fd, F_GETFD) < 0) count++;
  }
  return count;
}

size_t bench_open_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  if (directory == NULL) bench_fail("/proc/self/fd");
  size_t count = 0;
  const struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (entry->d_name[0] != '.') count++;
  }
  closedir(directory);
  return count - 1; /* The directory itself was open. */
}
