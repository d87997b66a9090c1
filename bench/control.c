/* Decides how a server is called and what it answers when it is asked for its counts. */
#include "bench/control.h"

#include "bench/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bench_server_options bench_server_options_read(int argc, char **argv) {
  bench_server_options options = {"tcp:0", NULL, false, -1, 0, 0};
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(argv[i], "--count-allocations") == 0) {
      options.count_allocations = true;
      continue;
    }
    if (value == NULL)
      bench_usage("options: --listen tcp:0|unix:PATH --backend NAME "
                  "--count-allocations --cpu NUMBER --idle-timeout MS --descriptors NUMBER");
    if (strcmp(argv[i], "--listen") == 0) {
      options.place = value;
    } else if (strcmp(argv[i], "--backend") == 0) {
      options.backend = value;
    } else if (strcmp(argv[i], "--cpu") == 0) {
      options.cpu = (int)strtol(value, NULL, 10);
    } else if (strcmp(argv[i], "--idle-timeout") == 0) {
      options.idle_ms = (int)strtol(value, NULL, 10);
    } else if (strcmp(argv[i], "--descriptors") == 0) {
      options.descriptors = strtoul(value, NULL, 10);
    } else {
      bench_usage("unknown option");
    }
    i++;
  }
  return options;
}

void bench_server_announce(const char *place, int port, int control_port) {
  if (port > 0) {
    printf("tcp:%d tcp:%d\n", port, control_port);
  } else {
    printf("%s tcp:%d\n", place, control_port);
  }
  fflush(stdout);
}

static void report(bench_counts *counts, const char *word, char answer[BENCH_ANSWER_SIZE]) {
  /* The counts come first: finding out the rest takes memory too. */
  bench_memory memory = counts->memory;
  snprintf(answer, BENCH_ANSWER_SIZE,
           "%s connections=%zu allocations=%zu live=%zu peak=%zu resident=%zu descriptors=%zu\n",
           word, counts->connections, memory.allocations, memory.live, memory.peak,
           bench_resident_bytes(), bench_open_descriptors());
}

/* The system's files about the process cannot be opened while there is no descriptor. */
static void report_strain(const bench_counts *counts, char answer[BENCH_ANSWER_SIZE]) {
  snprintf(answer, BENCH_ANSWER_SIZE, "strain connections=%zu room=%zu overloads=%zu cpu=%.6f\n",
           counts->connections, bench_free_descriptors(), counts->overloads, bench_cpu_seconds());
}

bench_request bench_control_take(bench_counts *counts, const void *line, size_t length,
                                 char answer[BENCH_ANSWER_SIZE]) {
  char text[32] = "";
  memcpy(text, line, length < sizeof text ? length : sizeof text - 1);
  if (strcmp(text, "quit\n") == 0) return BENCH_REQUEST_QUIT;
  if (strncmp(text, "until ", 6) == 0) {
    counts->waited_for = true;
    counts->wanted = strtoul(text + 6, NULL, 10);
    return BENCH_REQUEST_WAIT;
  }
  if (strcmp(text, "strain\n") == 0) {
    report_strain(counts, answer);
  } else if (strcmp(text, "begin\n") == 0) {
    report(counts, "begin", answer);
    bench_memory_mark(&counts->memory);
    bench_mark_trace();
  } else {
    bench_mark_trace();
    report(counts, "end", answer);
  }
  return BENCH_REQUEST_ANSWER;
}

bool bench_counts_reached(bench_counts *counts) {
  if (!counts->waited_for || counts->connections != counts->wanted) return false;
  counts->waited_for = false;
  return true;
}
