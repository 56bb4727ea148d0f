import { notebookHandlers, type NotebookWorkApi } from '../src/lab/notebook-work.ts';
import { serve } from '../src/rpc/server.ts';

serve<NotebookWorkApi>(notebookHandlers);
