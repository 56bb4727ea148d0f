import { tunedHandlers, type TunedApi } from '../src/lab/tuned-work.ts';
import { serve } from '../src/rpc/server.ts';

serve<TunedApi>(tunedHandlers);
