import type { LibraryApi } from './api.ts';
import { libraryHandlers } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<LibraryApi>(libraryHandlers());
