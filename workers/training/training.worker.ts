import { trainingHandlers, type TrainingApi } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<TrainingApi>(trainingHandlers);
