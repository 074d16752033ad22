/**
 * Something about the files of the home that a person has to mend, or that mends itself when what
 * is missing comes back. The message is for the owner: the fact, then what to do.
 */
export class DiskFault extends Error {
  override readonly name = 'DiskFault';
}
