/**
 * Bounds on what a file may make the lab hold in memory. Real dialogues are far below; a hostile file gets an error,
 * not a hang.
 */

/** Utterances of one dialogue. The longest of ESConv has 121. */
export const MAX_UTTERANCES = 10_000;
/** UTF-16 units of one record. */
export const MAX_RECORD = 16 * 2 ** 20;
/** UTF-16 units of one unpacked file. */
export const MAX_TEXT = 512 * 2 ** 20;
/** Malformed records that are kept with their reasons; more are only counted. */
export const MAX_BAD_NAMED = 1000;
