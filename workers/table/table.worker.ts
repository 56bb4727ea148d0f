import { tableHandlers } from './handlers.ts';
import type { TableApi } from './api.ts';
import { serve } from '../../src/rpc/server.ts';

serve<TableApi>(tableHandlers());
