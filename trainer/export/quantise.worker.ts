import { parentPort } from 'node:worker_threads';
import { toNBits } from '../../src/core/formats/export/nbits.ts';
import { withTransfer, type Port } from '../../src/rpc/protocol.ts';
import { serve } from '../../src/rpc/server.ts';
import type { QuantiseApi } from './quantise-pool.ts';

serve<QuantiseApi>(
  {
    quantise({ type, stored, count, bits }) {
      const rows = toNBits(type, stored, count, bits);
      return withTransfer(rows, [rows.codes.buffer, rows.scales.buffer, rows.minimums.buffer] as ArrayBuffer[]);
    },
  },
  parentPort as unknown as Port,
);
