import { bertScoreHandlers } from './handlers.ts';
import type { BertScoreApi } from './api.ts';
import { serve } from '../../src/rpc/server.ts';

serve<BertScoreApi>(bertScoreHandlers);
