/**
 * @file
 * @brief Which descriptor belongs to which handle, and what it is watched for.
 */
#ifndef WEIRB_READY_TABLE_H
#define WEIRB_READY_TABLE_H

#include "backends/ready/state.h"

/** Makes room for a descriptor in the table. @return WEIR_OK, WEIR_ENOMEM */
weir_err weirb_ready_reserve(weir_backend *backend, int fd);

/** Makes a descriptor that no other handle has a handle's. @return WEIR_OK, WEIR_ENOMEM: it is not
 */
weir_err weirb_ready_enter(weir_backend *backend, weirb_ready_handle *handle, int fd);

/** Ends that, and the watching. @param closes the descriptor is closed right behind this */
void weirb_ready_leave(weir_backend *backend, weirb_ready_handle *handle, bool closes);

/** Has a handle's descriptor watched for exactly that from now on. @param interest
 * WEIRB_READY_TO_... @return WEIR_OK, WEIR_ENOMEM, WEIR_ENOSPC, ...: all is as it was */
weir_err weirb_ready_watch(weir_backend *backend, weirb_ready_handle *handle, unsigned interest);

/** Ends the watching. */
void weirb_ready_unwatch(weir_backend *backend, weirb_ready_handle *handle);

/** Also watches for room to send. @return as weirb_ready_watch() */
weir_err weirb_ready_watch_out(weir_backend *backend, weirb_ready_handle *handle);

/** What a connection is watched for while it is being made. */
unsigned weirb_ready_interest_connecting(const weir_backend *backend);

/** Watches a connection that is there now. @return as weirb_ready_watch() */
weir_err weirb_ready_watch_connected(weir_backend *backend, weirb_ready_handle *handle);

/** Nobody wants to hear of room while nothing is sent. Does nothing where it is told once anyway.
 */
void weirb_ready_hush_out(weir_backend *backend, weirb_ready_handle *handle);

/** Nobody wants to hear of bytes while nobody receives them. The same. */
void weirb_ready_hush_in(weir_backend *backend, weirb_ready_handle *handle);

/** All that was there is received: somebody wants to hear of more. */
void weirb_ready_listen_in(weir_backend *backend, weirb_ready_handle *handle);

#endif
