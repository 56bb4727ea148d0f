import { engineHandlers } from '../src/engine/worker/handlers.ts';
import { LOADERS } from '../src/engine/worker/loaders.ts';
import type { EngineApi } from '../src/engine/worker/api.ts';
import { serve } from '../src/rpc/server.ts';

serve<EngineApi>(engineHandlers(LOADERS));
