/* The load generator: a process of its own, straight on epoll. Decides which load is run. */
#include "bench/client.h"
#include "bench/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const char usage[] =
    "load ping|bulk|churn|idle|endure|report|quit ECHO CONTROL [options]\n"
    "ECHO and CONTROL are what the server printed.\n"
    "  --connections N   at a time; 64 unless given; endure: more than the server has room for\n"
    "  --rounds N        ping: echoes on each; churn: connections in all; 1000 unless given\n"
    "  --bytes N         of a message; 64, in bulk 65536 unless given\n"
    "  --mebibytes N     bulk: in all; 256 unless given\n"
    "  --seconds N       endure: how long; 10 unless given\n"
    "  --cpu N           run there";

static unsigned long number(const char *text) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*end != '\0' || end == text) bench_usage(usage);
  return value;
}

static void read_options(bench_client *client, int count, char **options) {
  for (int i = 0; i < count; i += 2) {
    if (i + 1 == count) bench_usage(usage);
    unsigned long value = number(options[i + 1]);
    if (strcmp(options[i], "--connections") == 0) {
      client->connections = value;
    } else if (strcmp(options[i], "--rounds") == 0) {
      client->rounds = value;
    } else if (strcmp(options[i], "--bytes") == 0) {
      client->bytes = value;
    } else if (strcmp(options[i], "--mebibytes") == 0) {
      client->total = (uint64_t)value << 20;
    } else if (strcmp(options[i], "--seconds") == 0) {
      client->seconds = value;
    } else if (strcmp(options[i], "--cpu") == 0) {
      bench_pin((int)value);
    } else {
      bench_usage(usage);
    }
  }
  if (client->connections == 0 || client->bytes == 0 || client->bytes > 65536) bench_usage(usage);
}

static void report(bench_client *client) {
  bench_client_end(client);
}

static void quit(bench_client *client) {
  if (send(client->control, "quit\n", 5, MSG_NOSIGNAL) != 5) bench_fail("control");
}

static const struct load {
  const char *name;
  void (*run)(bench_client *client);
} loads[] = {
    {"ping", bench_load_ping},
    {"bulk", bench_load_bulk},
    {"churn", bench_load_churn},
    {"idle", bench_load_idle},
    {"endure", bench_load_endure},
    {"report", report},
    {"quit", quit},
};

static const struct load *find_load(const char *name) {
  for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
    if (strcmp(loads[i].name, name) == 0) return &loads[i];
  }
  bench_usage(usage);
}

int main(int argc, char **argv) {
  if (argc < 4) bench_usage(usage);
  const struct load *load = find_load(argv[1]);
  bench_client client = {
      .connections = 64, .rounds = 1000, .bytes = 64, .total = 256u << 20, .seconds = 10};
  if (load->run == bench_load_bulk) client.bytes = 65536;
  read_options(&client, argc - 4, argv + 4);
  bench_raise_descriptor_limit();
  client.echo = bench_place_parse(argv[2]);
  bench_place control = bench_place_parse(argv[3]);
  client.control = bench_place_connect(&control, 0);
  client.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (client.epoll_fd < 0) bench_fail("epoll_create1");
  load->run(&client);
  close(client.epoll_fd);
  close(client.control);
  return 0;
}
