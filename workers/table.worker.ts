import { tableHandlers, type TableApi } from '../src/lab/table-work.ts';
import { serve } from '../src/rpc/server.ts';

serve<TableApi>(tableHandlers);
