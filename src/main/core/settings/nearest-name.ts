/**
 * The known name that was probably meant, or undefined where none is near: at most a third of its
 * letters are wrong.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let nearestSteps = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    // So many letters at least are wrong; a name may be as long as a file.
    if (Math.abs(name.length - candidate.length) > candidate.length) continue;
    const steps = editSteps(name.toLowerCase(), candidate.toLowerCase());
    if (steps < nearestSteps && steps <= candidate.length / 3) {
      nearest = candidate;
      nearestSteps = steps;
    }
  }
  return nearest;
}

/** Levenshtein distance: letters to add, drop or change. */
function editSteps(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = at(previous, column - 1) + (letter === to[column - 1] ? 0 : 1);
      current.push(Math.min(changed, at(previous, column) + 1, at(current, column - 1) + 1));
    }
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
