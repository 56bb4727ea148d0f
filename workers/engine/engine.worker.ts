import { engineHandlers } from './handlers.ts';
import { LOADERS } from './loaders.ts';
import type { EngineApi } from './api.ts';
import { serve } from '../../src/rpc/server.ts';

serve<EngineApi>(engineHandlers(LOADERS));
