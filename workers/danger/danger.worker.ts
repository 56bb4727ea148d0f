import { dangerHandlers } from './handlers.ts';
import type { DangerApi } from './api.ts';
import { serve } from '../../src/rpc/server.ts';

serve<DangerApi>(dangerHandlers);
