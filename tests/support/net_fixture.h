/**
 * @file
 * @brief A server, a client and a record of what each of them was told, as text.
 *
 * An end's log reads like "connect ready data(5) end finish close(0)". Data events that follow each
 * other are one, as how bytes are cut is the system's affair. Callbacks stand in the log under the
 * name they were given, with the code behind a colon if they failed: "w1 w2:EPIPE". No handler
 * asserts anything: what was seen is compared afterwards.
 */
#ifndef WEIR_TESTS_NET_FIXTURE_H
#define WEIR_TESTS_NET_FIXTURE_H

#include "tests/support/local_name.h"
#include "tests/support/loop_fixture.h"

enum { NET_LOG_SIZE = 4096, NET_TAGS = 128, NET_PEERS = 64 };

/** What is listened on and connected to. */
typedef enum net_kind { NET_IPV4, NET_IPV6, NET_PATH, NET_KINDS } net_kind;

/** What somebody was told so far. */
typedef struct net_log {
  char text[NET_LOG_SIZE];
  size_t length;
  size_t data_at;    /**< Where the last entry begins if it is a data(n). */
  size_t data_bytes; /**< Its n; 0: the last entry is something else. */
} net_log;

typedef struct net_fixture net_fixture;
typedef struct net_end net_end;
typedef struct net_server net_server;

/** What a test does inside a handler. */
typedef void (*net_act)(net_end *end);
typedef void (*net_server_act)(net_server *server);

/** A socket and what it was told. */
struct net_end {
  net_fixture *net;
  weir_socket *socket; /**< NULL before it is made and from the return of 'close' on. */
  net_log log;
  const char *at;       /**< The event or callback in which `act` runs, once... */
  net_act act;          /**< ...after it was noted. */
  unsigned closes;      /**< How often 'close' came. */
  unsigned after_close; /**< Events behind 'close'. */
  uint64_t received;    /**< Bytes. */
  bool garbled;         /**< A byte was not the one net_byte() says. */
  weir_err error;       /**< Code of 'error'. */
  weir_error full;      /**< The whole of it, without pointers. */
  char message[512];    /**< Text of 'error'. */
  char path[256];       /**< Its path. */
  char syscall[32];     /**< Its system call. */
};

/** A server and what it was told. */
struct net_server {
  net_fixture *net;
  weir_server *server;
  net_log log;
  const char *at;     /**< As in net_end. */
  net_server_act act; /**< As in net_end. */
  char message[512];  /**< Text of the last 'error'. */
  weir_err error;     /**< Code of the last 'error' or overload. */
  unsigned drops;     /**< How often 'drop' came. */
  weir_drop drop;     /**< The last one. */
};

/** The user pointer of a callback. */
typedef struct net_tag {
  net_end *end;
  net_server *server;
  const char *name;
  unsigned calls;
  weir_err error;
  bool late; /**< Made when 'close' had come: only then it may run behind it. */
} net_tag;

struct net_fixture {
  loop_fixture base;
  weir_loop *loop;       /**< base.loop. */
  local_name name;       /**< On a real system only. */
  const char *directory; /**< That of `name`. */
  const char *path;      /**< For NET_PATH: the text of `name`, or what the simulator takes. */
  uint16_t port;         /**< The server's, once it listens. */
  net_server server;
  net_end client;
  net_end peers[NET_PEERS]; /**< What the server took, in order. */
  size_t peer_count;
  const weir_socket_handlers *peer_handlers; /**< What they are given; NULL: net_handlers. */
  net_tag tags[NET_TAGS];
  size_t tag_count;
  weir_timer *pause;
  bool pause_over;
};

/** Handlers that note everything; `user` is the net_end. */
extern const weir_socket_handlers net_handlers;
/** The same without on_data: a socket with them never flows by itself. */
extern const weir_socket_handlers net_quiet_handlers;
/** Handlers of a server that note everything; `user` is the net_server. */
extern const weir_server_handlers net_server_handlers;

/** "IPv4", "IPv6", "path". */
const char *net_kind_name(net_kind kind);

/** A fixture with a loop on the backend under test; on the simulator with default options. */
net_fixture *net_create(void);

/** The same with options for the loop. */
net_fixture *net_create_with(const weir_loop_options *options);

/** A simulated one with a seed; NULL-free as net_create(). */
net_fixture *net_create_sim(uint64_t seed);

/** Frees the loop and the fixture. Fails the test if the loop kept memory, or a socket that was
 * closed told something more. */
void net_free(net_fixture *net);

/** Makes a server that notes everything and does not listen. Fails the test if it cannot. */
void net_make_server(net_fixture *net, net_server *server);

/** Makes a fixture with such a server, for CMocka: `net_fixture *net = *state`. @return 0 */
int net_setup_server(void **state);

/** Frees the fixture, as net_free(). @return 0 */
int net_teardown(void **state);

/** A filter of rules, a line each; the caller's to release. */
weir_block_filter *net_filter_of(const char *rules);

/** Makes net->server listen. Fails the test if it does not. */
void net_listen(net_fixture *net, net_kind kind, const weir_server_options *options);

/** The connect options that reach net->server. */
weir_connect_options net_target(const net_fixture *net, net_kind kind);

/** Makes `end` connect to net->server. Fails the test if that is refused at once. */
void net_connect(net_fixture *net, net_kind kind, const weir_socket_options *options, net_end *end);

/** Listens, connects net->client and runs until both ends are open. */
void net_open(net_fixture *net, net_kind kind);

/** The same with options and handlers of both sides; NULL: the defaults. */
void net_open_with(net_fixture *net, net_kind kind, const weir_socket_options *client,
                   const weir_server_options *server, const weir_socket_handlers *handlers);

/** Runs until the condition holds; fails the test with both logs if it never does. */
void net_run_until(net_fixture *net, bool (*holds)(const net_fixture *net));

/** Runs until nothing is left. */
void net_run(net_fixture *net);

/** Lets everything happen that can happen without anybody doing something. */
void net_settle(net_fixture *net);

/** Closes the server, so that net_run() ends when the connections have. */
void net_stop_listening(net_fixture *net);

/** True when the client, the first peer, or both of them are closed. */
bool net_client_closed(const net_fixture *net);
bool net_peer_closed(const net_fixture *net);
bool net_both_closed(const net_fixture *net);

/** A callback's user pointer. */
net_tag *net_tag_of(net_end *end, const char *name);
net_tag *net_server_tag(net_server *server, const char *name);

/** Callbacks that note themselves; `user` is a net_tag. */
void net_called(weir_socket *socket, const weir_error *error, void *user);
void net_server_called(weir_server *server, const weir_error *error, void *user);

/** Writes `length` bytes of the pattern, beginning at byte `from` of it, with a callback of that
 * name (NULL: none). */
weir_err net_write(net_end *end, uint64_t from, size_t length, const char *name);

/** end() with a callback of that name. */
weir_err net_finish(net_end *end, const char *name);

/** The byte at a place of the pattern that net_write() sends and `garbled` watches. */
uint8_t net_byte(uint64_t at);

/** Adds an entry. */
void net_note(net_log *log, const char *format, ...);

/** Compares a log, naming the case. */
void net_expect(const char *what, const net_log *log, const char *expected);

/** True if the log has the entry, a whole word. */
bool net_was_told(const net_log *log, const char *entry);

#endif
