/**
 * @file
 * @brief The simulator's one name for the rest of weir, and the conventions of its world.
 *
 * Each backend instance is a world: TCP listeners by address and port, local names, connections as
 * two directed pipes, a clock that only poll() moves. Its rules are those of Linux. What a real
 * machine would know from elsewhere is settled here:
 *
 * - Addresses that exist: 127.0.0.0/8, ::1 and the wildcards. A connection to a wildcard reaches
 *   the loopback address.
 * - The networks for documentation (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32)
 *   swallow everything: a connect hangs and ends after 127 s with WEIR_ETIMEDOUT. All other
 *   addresses are WEIR_ENETUNREACH at once.
 * - bind() with port 0 counts up from 49152; ports of clients count up from 32768.
 * - Every directory exists, except those at and below "/nonexistent" and "/no/such".
 */
#ifndef WEIRB_SIM_H
#define WEIRB_SIM_H

#include "weir/backend.h"

/** The simulator; its options are a weir_sim_options. */
extern const weir_backend_ops weirb_sim_ops;

#endif
