import { dangerHandlers } from '../src/lab/danger-work.ts';
import type { DangerApi } from '../src/lab/danger.ts';
import { serve } from '../src/rpc/server.ts';

serve<DangerApi>(dangerHandlers);
