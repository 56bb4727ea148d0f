import { sentencesHandlers } from './handlers.ts';
import type { SentencesApi } from './api.ts';
import { serve } from '../../src/rpc/server.ts';

serve<SentencesApi>(sentencesHandlers);
