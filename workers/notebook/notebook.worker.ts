import { notebookHandlers, type NotebookWorkApi } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<NotebookWorkApi>(notebookHandlers);
