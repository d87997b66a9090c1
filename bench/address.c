/* Reads and writes the addresses of a list, with weir or with the system, so often as it is told.
 * Instructions are counted by the script of the same name. */
#include "bench/address_list.h"
#include "weir/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 11, CALLS = 20000 };

/* A list with what the calls need, made beforehand. */
typedef struct job {
  int family;
  size_t count;
  const char *texts[BENCH_ADDRESS_LIST_MAX];
  size_t lengths[BENCH_ADDRESS_LIST_MAX];
  weir_address addresses[BENCH_ADDRESS_LIST_MAX];
} job;

typedef size_t (*work)(const job *j);

static size_t weir_parse(const job *j) {
  weir_address address;
  size_t done = 0;
  for (size_t i = 0; i < j->count; i++)
    done += weir_address_parse(j->texts[i], j->lengths[i], 80, &address) == WEIR_OK;
  return done;
}

static size_t weir_is(const job *j) {
  size_t done = 0;
  for (size_t i = 0; i < j->count; i++)
    done += weir_is_ip(j->texts[i], j->lengths[i]) != WEIR_FAMILY_NONE;
  return done;
}

static size_t weir_format(const job *j) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  size_t done = 0;
  for (size_t i = 0; i < j->count; i++)
    done += weir_address_format(&j->addresses[i], text, sizeof text) > 0;
  return done;
}

static size_t system_parse(const job *j) {
  unsigned char bytes[16];
  size_t done = 0;
  for (size_t i = 0; i < j->count; i++) done += inet_pton(j->family, j->texts[i], bytes) == 1;
  return done;
}

static size_t system_format(const job *j) {
  char text[INET6_ADDRSTRLEN];
  size_t done = 0;
  for (size_t i = 0; i < j->count; i++)
    done += inet_ntop(j->family, j->addresses[i].bytes, text, sizeof text) != NULL;
  return done;
}

static const struct named {
  const char *name;
  work run;
} works[] = {{"weir_address_parse", weir_parse},
             {"weir_is_ip", weir_is},
             {"weir_address_format", weir_format},
             {"inet_pton", system_parse},
             {"inet_ntop", system_format}};

static void die(const char *why) {
  fprintf(stderr, "address: %s\n", why);
  exit(2);
}

static void prepare(job *j, bool ipv6) {
  const address_list *list = ipv6 ? &bench_ipv6_list : &bench_ipv4_list;
  j->family = ipv6 ? AF_INET6 : AF_INET;
  j->count = list->count;
  for (size_t i = 0; i < list->count; i++) {
    j->texts[i] = list->texts[i];
    j->lengths[i] = strlen(list->texts[i]);
    if (weir_address_parse(j->texts[i], j->lengths[i], 80, &j->addresses[i]) != WEIR_OK)
      die(j->texts[i]);
  }
}

static work find(const char *name) {
  for (size_t i = 0; i < sizeof works / sizeof *works; i++)
    if (strcmp(works[i].name, name) == 0) return works[i].run;
  die("no such function");
  return NULL;
}

static void run(work w, const job *j, size_t rounds) {
  for (size_t i = 0; i < rounds; i++)
    if (w(j) != j->count) die("a call failed");
}

/* Nanoseconds of a call, over the whole list some times. */
static double measure(work w, const job *j) {
  struct timespec begin;
  struct timespec end;
  size_t rounds = CALLS / j->count;
  (void)clock_gettime(CLOCK_MONOTONIC, &begin);
  run(w, j, rounds);
  (void)clock_gettime(CLOCK_MONOTONIC, &end);
  double spent = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
  return spent / (double)(rounds * j->count);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Prints the medians of two functions that took turns. */
static void compare(const char *theirs, const char *mine, const job *j) {
  double first[ROUNDS];
  double second[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    first[i] = measure(find(theirs), j);
    second[i] = measure(find(mine), j);
  }
  qsort(first, ROUNDS, sizeof *first, by_size);
  qsort(second, ROUNDS, sizeof *second, by_size);
  printf("%.1f %.1f\n", first[ROUNDS / 2], second[ROUNDS / 2]);
}

static void print_list(const job *j) {
  size_t shortest = SIZE_MAX;
  size_t longest = 0;
  size_t sum = 0;
  for (size_t i = 0; i < j->count; i++) {
    if (j->lengths[i] < shortest) shortest = j->lengths[i];
    if (j->lengths[i] > longest) longest = j->lengths[i];
    sum += j->lengths[i];
  }
  printf("%zu texts of %zu to %zu characters, %.1f on average\n", j->count, shortest, longest,
         (double)sum / (double)j->count);
  for (size_t i = 0; i < j->count; i++) printf("  %s\n", j->texts[i]);
}

int main(int argc, char **argv) {
  static job j;
  if (argc < 3) die("usage: address <4|6> list | run <function> <rounds> | compare <a> <b>");
  prepare(&j, strcmp(argv[1], "6") == 0);
  if (strcmp(argv[2], "list") == 0)
    print_list(&j);
  else if (argc == 5 && strcmp(argv[2], "run") == 0)
    run(find(argv[3]), &j, strtoul(argv[4], NULL, 10));
  else if (argc == 5 && strcmp(argv[2], "compare") == 0)
    compare(argv[3], argv[4], &j);
  else
    die("unknown arguments");
  return 0;
}
