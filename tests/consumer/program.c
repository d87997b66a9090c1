/* A user's program: it links, its header and its library are of one version, and a loop that has
 * nothing to do ends. */
#include <stdio.h>
#include <string.h>
#include <weir/weir.h>

int main(int argc, char **argv) {
  if (argc != 2 || strcmp(weir_version(), argv[1]) != 0) {
    fprintf(stderr, "the library says it is weir %s\n", weir_version());
    return 1;
  }
  weir_loop *loop = NULL;
  weir_err err = weir_loop_create(NULL, &loop);
  if (err == WEIR_OK) err = weir_loop_run(loop, WEIR_RUN_DEFAULT);
  if (err == WEIR_OK) err = weir_loop_free(loop);
  if (err != WEIR_OK) {
    fprintf(stderr, "%s\n", weir_err_name(err));
    return 1;
  }
  printf("weir %s\n", weir_version());
  return 0;
}
