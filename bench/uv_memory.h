/**
 * @file
 * @brief libuv's own requests for memory, counted with the others.
 */
#ifndef BENCH_UV_MEMORY_H
#define BENCH_UV_MEMORY_H

#include "bench/memory.h"

/** Counts there what libuv asks for from now on; before it has asked for anything. Does nothing
 * where libuv is not built in. */
void bench_uv_memory_count(bench_memory *memory);

#endif
