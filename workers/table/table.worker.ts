import { tableHandlers, type TableApi } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<TableApi>(tableHandlers);
