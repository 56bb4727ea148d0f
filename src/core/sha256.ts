import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal. */
export const textHash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** A SHA-256 in lower-case hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
