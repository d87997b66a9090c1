/**
 * @file
 * @brief Windows' own headers, in the order in which they go together, and of which Windows.
 */
#ifndef WEIRP_SYSTEM_H
#define WEIRP_SYSTEM_H

#if !defined(_WIN32_WINNT) || _WIN32_WINNT < 0x0601
#undef _WIN32_WINNT
/** Windows 7, the oldest that has what is used. Some compilers say an older one by themselves. */
#define _WIN32_WINNT 0x0601
#endif
#ifndef WIN32_LEAN_AND_MEAN
/** Keeps windows.h from including what goes together with none of the others. */
#define WIN32_LEAN_AND_MEAN
#endif

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#endif
