import type { TrainingApi } from './api.ts';
import { trainingHandlers } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<TrainingApi>(trainingHandlers);
