/**
 * @file
 * @brief Steps: what runs after the current handler has returned, first come first served.
 *
 * An object queues a step under a small number, its kind; a kind that waits already is not queued
 * again. Queuing never fails: each object carries one step, further ones come from a pool, and
 * when that has no memory the kind joins the object's last step (early rather than lost).
 */
#ifndef WEIRC_STEP_H
#define WEIRC_STEP_H

#include "core/containers/list.h"
#include "weir/loop.h"

/** Whose step it is. */
typedef enum weirc_step_owner {
  WEIRC_STEP_SOCKET,   /**< Lies in a weir_socket. */
  WEIRC_STEP_SERVER,   /**< Lies in a weir_server. */
  WEIRC_STEP_LISTENER, /**< Never queued: a listener has no steps. */
  WEIRC_STEP_ATTEMPT,  /**< Never queued: an attempt has none either. */
  WEIRC_STEP_SPARE,    /**< From the pool, for a weir_socket or weir_server. */
  WEIRC_STEP_LATER     /**< weir_loop_next_step(). */
} weirc_step_owner;

/** A bit that no kind has, among those of what waits: a step of the object runs. */
#define WEIRC_STEP_RUNS 1u

/** A queued step; 16 bytes on 64 bit. */
struct weir_step {
  struct weir_step *next; /**< The one behind it in the loop's queue. */
  uint32_t kinds;         /**< Kinds to run, four bits each, the first one lowest. */
  uint8_t owner;          /**< A weirc_step_owner. */
  bool queued;            /**< Is in the queue. */
};

/** What sockets and servers begin with. */
typedef struct weirc_object {
  weir_loop *loop;   /**< Theirs. */
  weir_step step;    /**< Its owner tells what the object is. */
  uint16_t pending;  /**< A bit for each kind that waits, and WEIRC_STEP_RUNS. */
  bool referenced;   /**< ref() and unref(). */
  bool active;       /**< Counts in the loop while referenced. */
  uint32_t retained; /**< Sockets: weir_socket_retain(). */
  weirc_link link;   /**< In the list of its server or loop. */
  uint64_t id;       /**< For the trace. */
} weirc_object;

/** The steps that wait, oldest first; those a host was given stay in until it runs them. */
typedef struct weirc_step_queue {
  weir_step *first; /**< Runs next. */
  weir_step *last;  /**< Was queued last. */
} weirc_step_queue;

/** Queues a kind (1..15) of an object's steps, unless it waits already. */
void weirc_step_queue_kind(weirc_object *object, unsigned kind);

/** Bytes of a step from the pool. */
size_t weirc_step_spare_size(void);

/** Runs what is queued, host or not: the loop is being freed. */
void weirc_steps_finish(weir_loop *loop);

#endif
