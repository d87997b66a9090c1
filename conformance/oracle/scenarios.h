/**
 * @file
 * @brief The scenarios of each topic, under the names they have in the golden traces.
 */
#ifndef WEIR_ORACLE_SCENARIOS_H
#define WEIR_ORACLE_SCENARIOS_H

#include "conformance/oracle/scene.h"

/** One scenario. */
typedef struct scenario {
  const char *name;    /**< As in the golden trace. */
  scene_stages stages; /**< What it does; NULL: it cannot be written yet. */
  const char *later;   /**< Without stages: what is missing. */
  bool global;         /**< The order of different objects counts as well. */
  /** Where weir differs on purpose: the entry of docs/divergences.md and the reason; or NULL. */
  const char *declared;
  /**
   * The lines that differ, each ended by a newline: "-4 conn: end" for the fourth line of the
   * golden trace, which is not printed; "+4 conn: end" for one that is printed behind it.
   */
  const char *lines;
  const char *system_only; /**< Why it cannot run on the simulator; or NULL. */
} scenario;

/** The scenarios of one golden file. */
typedef struct scenario_topic {
  const char *golden;        /**< Its file name. */
  const scenario *tables[2]; /**< Each ended by one without name; NULL: none. */
} scenario_topic;

/** @{ The topics. */
extern const scenario close_scenarios[];
extern const scenario destroy_scenarios[];
extern const scenario write_scenarios[];
extern const scenario queue_scenarios[];
extern const scenario read_scenarios[];
extern const scenario state_scenarios[];
/** @} */

/** What keeps a scenario waiting, in words that are used more than once. */
#define LATER_READ     "weir_socket_read()"
#define LATER_ENCODING "set_encoding and encodings"
#define LATER_ONREAD   "onread"

#endif
