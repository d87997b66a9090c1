/**
 * @file
 * @brief The state machine of a socket, as a pure function: event in, effects out.
 *
 * The full state is transport x read side x write side, with what is owed later. Nothing else in
 * the core decides when a FIN leaves, when 'finish' is told or when a socket ends itself.
 */
#ifndef WEIRC_SOCKET_STATE_H
#define WEIRC_SOCKET_STATE_H

/** Where the transport is. */
typedef enum weirc_transport_state {
  WEIRC_TRANSPORT_NONE,       /**< Not connected yet. */
  WEIRC_TRANSPORT_CONNECTING, /**< connect() was called. */
  WEIRC_TRANSPORT_OPEN,       /**< Connected. */
  WEIRC_TRANSPORT_DESTROYED   /**< destroy() was called, by whomever. */
} weirc_transport_state;

/** Where the writing side is. */
typedef enum weirc_write_state {
  WEIRC_WRITE_OPEN,    /**< Writing is legal. */
  WEIRC_WRITE_ENDING,  /**< end() was called. */
  WEIRC_WRITE_FINISHED /**< 'finish' is being told or was. */
} weirc_write_state;

/** The state; zeroed memory is a fresh socket. */
typedef struct weirc_socket_state {
  unsigned transport : 2;       /**< A weirc_transport_state. */
  unsigned write : 2;           /**< A weirc_write_state. */
  unsigned read_ended : 1;      /**< 'end' is being told or was. */
  unsigned queued : 1;          /**< Bytes wait to be sent. */
  unsigned fin_out : 1;         /**< The end of the stream is on its way to the system. */
  unsigned fin_sent : 1;        /**< It has arrived there. */
  unsigned allow_half_open : 1; /**< The option. */
  unsigned ended_by_peer : 1;   /**< 'end' came while half-open was not allowed. */
  unsigned destroy_soon : 1;    /**< Destroy when everything is sent. */
  unsigned reset_soon : 1;      /**< Reset when connected. */
  unsigned was_open : 1;        /**< Was connected once. */
  unsigned never_read : 1;      /**< What comes in stays in the system: the option readable. */
  unsigned never_write : 1;     /**< Nothing goes out: the option writable. */
} weirc_socket_state;

/** What can happen to a socket. */
typedef enum weirc_socket_event {
  WEIRC_SOCKET_CONNECT,      /**< connect() on a fresh socket. */
  WEIRC_SOCKET_CONNECTED,    /**< The transport is connected; 'connect' and 'ready' follow. */
  WEIRC_SOCKET_READY,        /**< They were told. */
  WEIRC_SOCKET_QUEUED,       /**< Bytes wait to be sent. */
  WEIRC_SOCKET_FLUSHED,      /**< None do any more. */
  WEIRC_SOCKET_END,          /**< end(). */
  WEIRC_SOCKET_FIN_SENT,     /**< The system took the end of the stream. */
  WEIRC_SOCKET_FINISH,       /**< 'finish' is about to be told. */
  WEIRC_SOCKET_FINISH_TOLD,  /**< It was told. */
  WEIRC_SOCKET_PEER_END,     /**< 'end' is about to be told. */
  WEIRC_SOCKET_END_TOLD,     /**< It was told. */
  WEIRC_SOCKET_AUTO_END,     /**< A step after that. */
  WEIRC_SOCKET_DESTROY,      /**< destroy(). */
  WEIRC_SOCKET_DESTROY_SOON, /**< destroySoon(). */
  WEIRC_SOCKET_RESET         /**< resetAndDestroy() on TCP. */
} weirc_socket_event;

/** What has to be done now; a set of bits. */
typedef enum weirc_socket_effect {
  WEIRC_DO_NOTHING = 0,          /**< Nothing. */
  WEIRC_DO_SEND_FIN = 1,         /**< Hand the end of the stream to the system. */
  WEIRC_DO_FINISH = 2,           /**< Tell 'finish' in a step; destroying sends the FIN. */
  WEIRC_DO_AUTO_END = 4,         /**< AUTO_END in a step. */
  WEIRC_DO_DESTROY = 8,          /**< Destroy without error. */
  WEIRC_DO_RESET = 16,           /**< Destroy; the peer gets a reset. */
  WEIRC_DO_REFUSE = 32,          /**< Destroy with ERR_SOCKET_CLOSED. */
  WEIRC_DO_CLOSE_TRANSPORT = 64, /**< Give the transport back; 'close' follows when it is gone. */
  WEIRC_DO_CLOSE = 128           /**< Tell 'close' in a step: there is no transport. */
} weirc_socket_effect;

/**
 * Takes one event.
 * @return the effects, weirc_socket_effect bits
 */
unsigned weirc_socket_step(weirc_socket_state *state, weirc_socket_event event);

#endif
