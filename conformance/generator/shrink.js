// Makes a scenario that shows a difference as short as it can be.
'use strict';

/** Leaves out the statements from..to; a block goes with its head. */
function without(lines, from, to) {
  const depth = (line) => line.length - line.trimStart().length;
  const kept = lines.slice(0, from);
  const least = Math.min(...lines.slice(from, to).map(depth));
  let i = to;
  while (i < lines.length && depth(lines[i]) > least) i++;
  return kept.concat(lines.slice(i));
}

/**
 * @param {string[]} lines the scenario, its title first
 * @param {(lines: string[]) => boolean} differs whether these lines parse and still show it
 */
function shrink(lines, differs) {
  let best = lines.filter((line) => !line.trimStart().startsWith('#'));
  if (!differs(best)) best = lines;
  for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
    for (let at = best.length - size; at >= 1; at--) {
      if (at + size > best.length) continue;
      const shorter = without(best, at, at + size);
      if (shorter.length < best.length && shorter.length > 1 && differs(shorter)) best = shorter;
    }
  }
  return best;
}

module.exports = { shrink };
