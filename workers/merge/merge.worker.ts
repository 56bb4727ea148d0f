import { tunedHandlers, type TunedApi } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<TunedApi>(tunedHandlers);
