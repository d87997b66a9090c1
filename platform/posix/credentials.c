/* Decides how each system is asked who the peer of a Unix domain socket is: Linux and OpenBSD by
 * SO_PEERCRED, NetBSD by LOCAL_PEEREID, the others by getpeereid(), to which macOS adds the process
 * by LOCAL_PEERPID. */
#include "platform/posix/credentials.h"

#include "platform/error.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

static void write_credentials(int64_t process_id, uid_t user_id, gid_t group_id,
                              weir_peer_credentials *out_credentials) {
  /* Linux: 0 is a process that this one cannot see, in another namespace. */
  out_credentials->process_id = process_id > 0 ? process_id : -1;
  out_credentials->user_id = (uint32_t)user_id;
  out_credentials->group_id = (uint32_t)group_id;
}

#if defined(SO_PEERCRED)

#ifdef __OpenBSD__
typedef struct sockpeercred peer;
#else
typedef struct ucred peer;
#endif

weir_err weirp_credentials_of_peer(int descriptor, weir_peer_credentials *out_credentials) {
  peer found;
  socklen_t length = sizeof found;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &found, &length) < 0)
    return weirp_error_last();
  /* Linux says so to a socket without peer. */
  if (found.uid == (uid_t)-1) return WEIR_ENOTCONN;
  write_credentials(found.pid, found.uid, found.gid, out_credentials);
  return WEIR_OK;
}

#elif defined(LOCAL_PEEREID)

weir_err weirp_credentials_of_peer(int descriptor, weir_peer_credentials *out_credentials) {
  struct unpcbid found;
  socklen_t length = sizeof found;
  /* Level 0 is that of local sockets. */
  if (getsockopt(descriptor, 0, LOCAL_PEEREID, &found, &length) < 0) return weirp_error_last();
  write_credentials(found.unp_pid, found.unp_euid, found.unp_egid, out_credentials);
  return WEIR_OK;
}

#else

static int64_t process_of(int descriptor) {
#if defined(SOL_LOCAL) && defined(LOCAL_PEERPID)
  pid_t process = -1;
  socklen_t length = sizeof process;
  if (getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERPID, &process, &length) == 0) return process;
#else
  (void)descriptor;
#endif
  return -1;
}

weir_err weirp_credentials_of_peer(int descriptor, weir_peer_credentials *out_credentials) {
  uid_t user_id;
  gid_t group_id;
  if (getpeereid(descriptor, &user_id, &group_id) < 0) return weirp_error_last();
  write_credentials(process_of(descriptor), user_id, group_id, out_credentials);
  return WEIR_OK;
}

#endif
