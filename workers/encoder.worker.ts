import { bertScoreHandlers } from '../src/lab/bertscore-work.ts';
import type { BertScoreApi } from '../src/lab/bertscore.ts';
import { serve } from '../src/rpc/server.ts';

serve<BertScoreApi>(bertScoreHandlers);
