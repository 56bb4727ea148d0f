import { datasetHandlers, type DatasetApi } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<DatasetApi>(datasetHandlers());
