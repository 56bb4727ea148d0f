import { datasetHandlers, type DatasetApi } from '../src/lab/dataset-work.ts';
import { serve } from '../src/rpc/server.ts';

serve<DatasetApi>(datasetHandlers());
