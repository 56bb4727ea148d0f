import { trainingHandlers, type TrainingApi } from '../src/lab/training-work.ts';
import { serve } from '../src/rpc/server.ts';

serve<TrainingApi>(trainingHandlers);
